-- Uploads in parts, and when each artifact was last touched: those that are here count as touched now, so nothing is
-- collected before a whole grace time has passed.
CREATE TABLE "uploads" (
	"digest" text PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"media_type" text NOT NULL,
	"place" text NOT NULL,
	"name" text,
	"offset_bytes" bigint DEFAULT 0 NOT NULL,
	"next_part" integer DEFAULT 1 NOT NULL,
	"parts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"holder" text,
	"held_until" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"touched_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "uploads_id_unique" UNIQUE("id"),
	CONSTRAINT "uploads_digest_format" CHECK ("uploads"."digest" ~ '^sha256:[0-9a-f]{64}$'),
	CONSTRAINT "uploads_offset" CHECK ("uploads"."size_bytes" > 0 and "uploads"."offset_bytes" between 0 and "uploads"."size_bytes"),
	CONSTRAINT "uploads_part" CHECK ("uploads"."next_part" > jsonb_array_length("uploads"."parts")),
	CONSTRAINT "uploads_holder" CHECK (("uploads"."holder" is null) = ("uploads"."held_until" is null))
);
--> statement-breakpoint
ALTER TABLE "artifacts" ADD COLUMN "touched_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "uploads_touched" ON "uploads" USING btree ("touched_at");--> statement-breakpoint
CREATE INDEX "artifacts_touched" ON "artifacts" USING btree ("touched_at","digest");--> statement-breakpoint
-- With millions of images this takes seconds to a minute, in which data sets cannot be made.
CREATE INDEX "dataset_images_of_artifact" ON "dataset_images" USING btree ("digest");