CREATE TABLE "external_edges" (
	"id" text PRIMARY KEY NOT NULL,
	"group_name" text NOT NULL,
	"url" text NOT NULL,
	"model" text NOT NULL,
	"protocol" text NOT NULL,
	"deployment_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "external_edges_protocol" CHECK ("external_edges"."protocol" in ('oip-v2'))
);
--> statement-breakpoint
ALTER TABLE "external_edges" ADD CONSTRAINT "external_edges_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "external_edges_active" ON "external_edges" USING btree ("group_name","deployment_id","url") WHERE "external_edges"."revoked_at" is null;