"""What OpenCV measures on the golden images, as the fixture that test/core/features/golden.test.ts compares with.

    node --import tsx bench/opencv/dump-golden.ts /tmp/golden
    python3 bench/opencv/check-features.py /tmp/golden test/core/features/golden/opencv.json
    npx biome format --write test/core/features/golden

All but hue is computed on our luma: cv2.COLOR_RGB2GRAY works in 15-bit fixed point and differs by 1 on some
pixels; the share is printed. OpenCV 4.6.0 and 5.0.0 give the same fixture.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

BINS = 7
HUES = 180


def measure(rgb, luma):
    detector = cv2.FastFeatureDetector_create(threshold=20, nonmaxSuppression=True)
    height, width = luma.shape
    # OpenCV reads beyond images that its circle of radius 3 does not fit into.
    corners = len(detector.detect(luma)) if min(width, height) >= 7 else 0
    edges = cv2.Canny(luma, 50, 100, apertureSize=3, L2gradient=False)
    otsu, _ = cv2.threshold(luma, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    hue = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)[:, :, 0].astype(int)
    y = luma.astype(np.float64)
    return {
        "corners": corners,
        "edges": int(np.count_nonzero(edges)),
        "otsu": int(otsu),
        "hues": np.bincount((hue * BINS // HUES).ravel(), minlength=BINS).tolist(),
        "mean": cv2.mean(luma)[0],
        "rms": float(np.sqrt((y * y).mean())),
        "contrast": float(cv2.meanStdDev(luma)[1][0][0]),
    }


def main(folder, fixture):
    pixels = differing = 0
    images = {}
    for entry in json.loads((folder / "index.json").read_text()):
        shape = (entry["height"], entry["width"])
        rgb = np.fromfile(folder / f"{entry['file']}.rgb", np.uint8).reshape(*shape, 3)
        luma = np.fromfile(folder / f"{entry['file']}.luma", np.uint8).reshape(shape)
        images[entry["name"]] = measure(rgb, luma)
        pixels += luma.size
        differing += np.count_nonzero(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) != luma)
    fixture.write_text(json.dumps({"images": images}, indent=1) + "\n")
    print(f"OpenCV {cv2.__version__}: {len(images)} images; its grey differs from our luma on "
          f"{differing} of {pixels} pixels ({100 * differing / pixels:.3f} %)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
