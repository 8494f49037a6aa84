CREATE TABLE "evaluations" (
	"id" text PRIMARY KEY NOT NULL,
	"selection_id" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"options" jsonb NOT NULL,
	"progress" jsonb NOT NULL,
	"report" jsonb,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "evaluations_state" CHECK ("evaluations"."state" in ('running', 'done', 'failed')),
	CONSTRAINT "evaluations_report" CHECK (("evaluations"."state" = 'done') = ("evaluations"."report" is not null)),
	CONSTRAINT "evaluations_error" CHECK (("evaluations"."state" = 'failed') = ("evaluations"."error" is not null)),
	CONSTRAINT "evaluations_finished" CHECK (("evaluations"."state" = 'running') = ("evaluations"."finished_at" is null))
);
--> statement-breakpoint
ALTER TABLE "feature_rows" ADD COLUMN "pixels" text;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_selection_id_selections_id_fk" FOREIGN KEY ("selection_id") REFERENCES "public"."selections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "evaluations_one_running" ON "evaluations" USING btree ("selection_id","options") WHERE "evaluations"."state" = 'running';--> statement-breakpoint
CREATE INDEX "evaluations_newest" ON "evaluations" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "feature_rows" ADD CONSTRAINT "feature_rows_pixels_format" CHECK ("feature_rows"."pixels" ~ '^sha256:[0-9a-f]{64}$');