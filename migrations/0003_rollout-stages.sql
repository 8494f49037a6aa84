CREATE TABLE "alias_moves" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"group_name" text NOT NULL,
	"name" text NOT NULL,
	"deployment_id" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "aliases" (
	"group_name" text NOT NULL,
	"name" text NOT NULL,
	"deployment_id" text,
	"is_protected" boolean DEFAULT false NOT NULL,
	"proposed_id" text,
	"proposed_by" text,
	CONSTRAINT "aliases_group_name_name_pk" PRIMARY KEY("group_name","name"),
	CONSTRAINT "aliases_proposal" CHECK (("aliases"."proposed_id" is null) = ("aliases"."proposed_by" is null))
);
--> statement-breakpoint
CREATE TABLE "rolling_groups" (
	"group_name" text PRIMARY KEY NOT NULL,
	"rollout_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollout_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"rollout_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"event" text NOT NULL,
	"reason" text NOT NULL,
	"observation" jsonb
);
--> statement-breakpoint
CREATE TABLE "staged_rollouts" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"plan" jsonb NOT NULL,
	"state" text NOT NULL,
	"reason" text NOT NULL,
	"cuts" double precision[] NOT NULL,
	"activated_at" timestamp with time zone,
	"clock_from" timestamp with time zone DEFAULT now() NOT NULL,
	"soak_from" timestamp with time zone,
	"approved_stages" integer DEFAULT 0 NOT NULL,
	"approval_reason" text,
	"alias" text NOT NULL,
	"override_reason" text,
	"started_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "staged_rollouts_state" CHECK ("staged_rollouts"."state" in ('running', 'paused', 'awaiting-approval', 'completed', 'rolled-back', 'superseded')),
	CONSTRAINT "staged_rollouts_end" CHECK (("staged_rollouts"."state" in ('running', 'paused', 'awaiting-approval')) = ("staged_rollouts"."ended_at" is null)),
	CONSTRAINT "staged_rollouts_stages" CHECK (cardinality("staged_rollouts"."cuts") <= jsonb_array_length("staged_rollouts"."plan" -> 'stages'))
);
--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "staged_id" text;--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "alias_moves" ADD CONSTRAINT "alias_moves_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_proposed_id_deployments_id_fk" FOREIGN KEY ("proposed_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rolling_groups" ADD CONSTRAINT "rolling_groups_rollout_id_staged_rollouts_id_fk" FOREIGN KEY ("rollout_id") REFERENCES "public"."staged_rollouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_events" ADD CONSTRAINT "rollout_events_rollout_id_staged_rollouts_id_fk" FOREIGN KEY ("rollout_id") REFERENCES "public"."staged_rollouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staged_rollouts" ADD CONSTRAINT "staged_rollouts_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alias_moves_of_alias" ON "alias_moves" USING btree ("group_name","name","id");--> statement-breakpoint
CREATE INDEX "rolling_groups_of_rollout" ON "rolling_groups" USING btree ("rollout_id");--> statement-breakpoint
CREATE INDEX "rollout_events_of_rollout" ON "rollout_events" USING btree ("rollout_id","id");--> statement-breakpoint
CREATE INDEX "staged_rollouts_newest" ON "staged_rollouts" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_staged_id_staged_rollouts_id_fk" FOREIGN KEY ("staged_id") REFERENCES "public"."staged_rollouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decisions_by_deployment" ON "decisions" USING btree ("deployment_id","at");