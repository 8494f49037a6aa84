CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_role" CHECK ("api_keys"."role" in ('admin', 'operator', 'viewer'))
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"digest" text PRIMARY KEY NOT NULL,
	"size_bytes" bigint NOT NULL,
	"media_type" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "artifacts_digest_format" CHECK ("artifacts"."digest" ~ '^sha256:[0-9a-f]{64}$'),
	CONSTRAINT "artifacts_size_positive" CHECK ("artifacts"."size_bytes" >= 0)
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"input" jsonb
);
--> statement-breakpoint
CREATE TABLE "dataset_images" (
	"dataset_id" text NOT NULL,
	"index" integer NOT NULL,
	"digest" text NOT NULL,
	"label" integer NOT NULL,
	"path" text NOT NULL,
	CONSTRAINT "dataset_images_dataset_id_index_pk" PRIMARY KEY("dataset_id","index")
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"labels_digest" text NOT NULL,
	"images_digest" text NOT NULL,
	"image_count" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "datasets_name_unique" UNIQUE("name"),
	CONSTRAINT "datasets_not_empty" CHECK ("datasets"."image_count" > 0)
);
--> statement-breakpoint
CREATE TABLE "device_jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"device_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"model_id" text,
	"features_version" integer,
	"state" text DEFAULT 'queued' NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"result" jsonb,
	"summary" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "device_jobs_kind" CHECK (("device_jobs"."kind" = 'profile') = ("device_jobs"."model_id" is not null)),
	CONSTRAINT "device_jobs_features" CHECK (("device_jobs"."kind" = 'features') = ("device_jobs"."features_version" is not null)),
	CONSTRAINT "device_jobs_state" CHECK ("device_jobs"."state" in ('queued', 'running', 'done', 'failed')),
	CONSTRAINT "device_jobs_progress" CHECK ("device_jobs"."done" between 0 and "device_jobs"."total"),
	CONSTRAINT "device_jobs_result" CHECK ("device_jobs"."state" <> 'done' or ("device_jobs"."done" = "device_jobs"."total" and "device_jobs"."result" is not null))
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"tier" text NOT NULL,
	"group_name" text NOT NULL,
	"public_key" jsonb NOT NULL,
	"url" text NOT NULL,
	"platform" text NOT NULL,
	"enrolled_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"report" jsonb,
	CONSTRAINT "devices_name_unique" UNIQUE("name"),
	CONSTRAINT "devices_tier" CHECK ("devices"."tier" in ('local', 'edge'))
);
--> statement-breakpoint
CREATE TABLE "enrolment_codes" (
	"id" text PRIMARY KEY NOT NULL,
	"hash" "bytea" NOT NULL,
	"name" text NOT NULL,
	"tier" text NOT NULL,
	"group_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "enrolment_codes_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "feature_rows" (
	"job_id" text NOT NULL,
	"index" integer NOT NULL,
	"features" double precision[] NOT NULL,
	"latency_ms" real NOT NULL,
	CONSTRAINT "feature_rows_job_id_index_pk" PRIMARY KEY("job_id","index")
);
--> statement-breakpoint
CREATE TABLE "models" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"family" text NOT NULL,
	"file_digest" text NOT NULL,
	"labels_digest" text NOT NULL,
	"contract" jsonb NOT NULL,
	"params" bigint,
	"layers" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "models_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "outcomes" (
	"job_id" text NOT NULL,
	"index" integer NOT NULL,
	"classes" integer[] NOT NULL,
	"probabilities" real[] NOT NULL,
	"latency_ms" real NOT NULL,
	CONSTRAINT "outcomes_job_id_index_pk" PRIMARY KEY("job_id","index")
);
--> statement-breakpoint
CREATE TABLE "routers" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"selection_id" text NOT NULL,
	"document_digest" text NOT NULL,
	"evaluation" jsonb NOT NULL,
	"provenance" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "routers_version_unique" UNIQUE("version"),
	CONSTRAINT "routers_version" CHECK ("routers"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "selections" (
	"id" text PRIMARY KEY NOT NULL,
	"dataset_id" text NOT NULL,
	"local_device_id" text NOT NULL,
	"edge_device_id" text NOT NULL,
	"inputs" jsonb NOT NULL,
	"result" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"device_id" text NOT NULL,
	"sequence" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"deployment_id" text NOT NULL,
	"tier" text NOT NULL,
	"label" integer NOT NULL,
	"score" real NOT NULL,
	"router" text NOT NULL,
	"router_score" real,
	"threshold" real,
	"reason" text NOT NULL,
	"total_ms" real NOT NULL,
	"energy_j" real NOT NULL,
	"by_fallback" boolean NOT NULL,
	CONSTRAINT "decisions_device_id_sequence_pk" PRIMARY KEY("device_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"local_model_id" text NOT NULL,
	"edge_model_id" text NOT NULL,
	"router_id" text NOT NULL,
	"function_id" text NOT NULL,
	"document" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deployments_version_unique" UNIQUE("version")
);
--> statement-breakpoint
CREATE TABLE "functions" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "functions_name_version" UNIQUE("name","version")
);
--> statement-breakpoint
CREATE TABLE "manifests" (
	"device_id" text NOT NULL,
	"sequence" integer NOT NULL,
	"deployment_id" text,
	"digest" text NOT NULL,
	"content" text NOT NULL,
	"jws" text NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "manifests_device_id_sequence_pk" PRIMARY KEY("device_id","sequence"),
	CONSTRAINT "manifests_sequence" CHECK ("manifests"."sequence" > 0)
);
--> statement-breakpoint
CREATE TABLE "rollouts" (
	"id" text PRIMARY KEY NOT NULL,
	"group_name" text NOT NULL,
	"deployment_id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"override_reason" text,
	"started_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "rollouts_state" CHECK (("rollouts"."state" = 'current') = ("rollouts"."ended_at" is null))
);
--> statement-breakpoint
ALTER TABLE "dataset_images" ADD CONSTRAINT "dataset_images_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_images" ADD CONSTRAINT "dataset_images_digest_artifacts_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_labels_digest_artifacts_digest_fk" FOREIGN KEY ("labels_digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_images_digest_artifacts_digest_fk" FOREIGN KEY ("images_digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_jobs" ADD CONSTRAINT "device_jobs_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_jobs" ADD CONSTRAINT "device_jobs_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_jobs" ADD CONSTRAINT "device_jobs_model_id_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_rows" ADD CONSTRAINT "feature_rows_job_id_device_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."device_jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_file_digest_artifacts_digest_fk" FOREIGN KEY ("file_digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_labels_digest_artifacts_digest_fk" FOREIGN KEY ("labels_digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outcomes" ADD CONSTRAINT "outcomes_job_id_device_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."device_jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "routers" ADD CONSTRAINT "routers_selection_id_selections_id_fk" FOREIGN KEY ("selection_id") REFERENCES "public"."selections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "routers" ADD CONSTRAINT "routers_document_digest_artifacts_digest_fk" FOREIGN KEY ("document_digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "selections" ADD CONSTRAINT "selections_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "selections" ADD CONSTRAINT "selections_local_device_id_devices_id_fk" FOREIGN KEY ("local_device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "selections" ADD CONSTRAINT "selections_edge_device_id_devices_id_fk" FOREIGN KEY ("edge_device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_local_model_id_models_id_fk" FOREIGN KEY ("local_model_id") REFERENCES "public"."models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_edge_model_id_models_id_fk" FOREIGN KEY ("edge_model_id") REFERENCES "public"."models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_router_id_routers_id_fk" FOREIGN KEY ("router_id") REFERENCES "public"."routers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_function_id_functions_id_fk" FOREIGN KEY ("function_id") REFERENCES "public"."functions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "functions" ADD CONSTRAINT "functions_digest_artifacts_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."artifacts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifests" ADD CONSTRAINT "manifests_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manifests" ADD CONSTRAINT "manifests_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "device_jobs_once" ON "device_jobs" USING btree ("device_id","dataset_id","kind",coalesce("model_id", ''),coalesce("features_version", 0)) WHERE "device_jobs"."state" <> 'failed';--> statement-breakpoint
CREATE INDEX "devices_group" ON "devices" USING btree ("group_name");--> statement-breakpoint
CREATE INDEX "decisions_by_time" ON "decisions" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "rollouts_one_current" ON "rollouts" USING btree ("group_name") WHERE "rollouts"."state" = 'current';--> statement-breakpoint
CREATE INDEX "rollouts_history" ON "rollouts" USING btree ("group_name","created_at");