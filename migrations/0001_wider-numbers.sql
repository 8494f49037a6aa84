-- By way of text: 0.9 as it was read so far stays 0.9, where a plain cast would make it 0.8999999761581421.
ALTER TABLE "feature_rows"
	ALTER COLUMN "latency_ms" SET DATA TYPE double precision USING "latency_ms"::text::double precision;--> statement-breakpoint
ALTER TABLE "outcomes"
	ALTER COLUMN "probabilities" SET DATA TYPE double precision[] USING "probabilities"::text::double precision[],
	ALTER COLUMN "latency_ms" SET DATA TYPE double precision USING "latency_ms"::text::double precision;--> statement-breakpoint
ALTER TABLE "decisions"
	ALTER COLUMN "score" SET DATA TYPE double precision USING "score"::text::double precision,
	ALTER COLUMN "router_score" SET DATA TYPE double precision USING "router_score"::text::double precision,
	ALTER COLUMN "threshold" SET DATA TYPE double precision USING "threshold"::text::double precision,
	ALTER COLUMN "total_ms" SET DATA TYPE double precision USING "total_ms"::text::double precision,
	ALTER COLUMN "energy_j" SET DATA TYPE double precision USING "energy_j"::text::double precision;
