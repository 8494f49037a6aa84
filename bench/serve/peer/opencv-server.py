# What one writes in an afternoon in Python: FastAPI around OpenCV's dnn module. Arguments: the model's file, a JSON file
# with its contract and labels, and OpenCV's threads (0: as it is). Prints its address once it listens; ends with its
# parent (stdin closes).

import json
import os
import socket
import sys
import threading

import cv2
import numpy
import uvicorn
from fastapi import FastAPI, Request

model, described, threads = sys.argv[1:4]
with open(described) as file:
    card = json.load(file)
shape = card["contract"]["input"]
if int(threads) > 0:
    cv2.setNumThreads(int(threads))
net = cv2.dnn.readNetFromONNX(model)
mean = numpy.array(shape["mean"], numpy.float32)
std = numpy.array(shape["std"], numpy.float32)
app = FastAPI()


@app.post("/classify")
async def classify(request: Request):
    image = cv2.imdecode(numpy.frombuffer(await request.body(), numpy.uint8), cv2.IMREAD_COLOR)
    size = (shape["width"], shape["height"])
    rgb = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), size, interpolation=cv2.INTER_LINEAR)
    pixels = (rgb.astype(numpy.float32) - mean) / std
    if shape["layout"] == "nchw":
        pixels = pixels.transpose(2, 0, 1)
    net.setInput(numpy.ascontiguousarray(pixels[None]))
    best = int(net.forward()[0].argmax())
    return [{"label": card["labels"][best]}]


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


listening = socket.socket()
listening.bind(("127.0.0.1", 0))
threading.Thread(target=end_with_parent, daemon=True).start()
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listening])
