CREATE INDEX "dataset_images_by_digest" ON "dataset_images" USING btree ("dataset_id","digest");--> statement-breakpoint
CREATE INDEX "device_jobs_open" ON "device_jobs" USING btree ("device_id") WHERE "device_jobs"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "devices_edges" ON "devices" USING btree ("group_name") WHERE "devices"."tier" = 'edge';