-- What is versioned never changes: a router, a deployment or a signed manifest that changed under its id would make
-- every answer that names it a lie. Code never does; these triggers keep hands and later code from it. Whoever must
-- all the same disables the trigger in the same transaction, and says so by doing it. SQLSTATE 23001, restrict_violation.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'Cannot % row of "%": it is immutable, expected a new row instead', lower(TG_OP), TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$;--> statement-breakpoint
-- Its arguments are the columns that never change.
CREATE FUNCTION "keep_columns"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	held text;
BEGIN
	FOREACH held IN ARRAY TG_ARGV LOOP
		IF to_jsonb(OLD) -> held IS DISTINCT FROM to_jsonb(NEW) -> held THEN
			RAISE EXCEPTION 'Cannot update row of "%": its % never changes, expected a new row instead', TG_TABLE_NAME, held
				USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
					COLUMN = held;
		END IF;
	END LOOP;
	RETURN NEW;
END $$;--> statement-breakpoint
-- Rows that go with what they belong to, and not alone.
CREATE FUNCTION "refuse_unless_cascade"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() > 1 THEN
		RETURN OLD;
	END IF;
	RAISE EXCEPTION 'Cannot delete row of "%": it goes only with what it belongs to, expected that to be deleted', TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$;--> statement-breakpoint
-- The newest manifest of a device carries its counter: without it a sequence would be given out twice.
CREATE FUNCTION "keep_newest_manifest"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM manifests m WHERE m.device_id = OLD.device_id AND m.sequence > OLD.sequence) THEN
		RETURN OLD;
	END IF;
	RAISE EXCEPTION 'Cannot delete manifest "%/%": it is the newest of its device, expected an older one', OLD.device_id, OLD.sequence
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$;--> statement-breakpoint
-- A data set is made whole, in one transaction, and nothing is added to it later.
CREATE FUNCTION "refuse_images_behind_the_last"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	wrong record;
BEGIN
	SELECT a.dataset_id, a.index, d.image_count INTO wrong
		FROM added a JOIN datasets d ON d.id = a.dataset_id WHERE a.index >= d.image_count LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'Cannot add image "%" to data set "%": it has %, expected none to be added', wrong.index, wrong.dataset_id, wrong.image_count
			USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION "expect_all_images"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	images bigint;
BEGIN
	SELECT count(*) INTO images FROM dataset_images i WHERE i.dataset_id = NEW.id;
	IF images <> NEW.image_count THEN
		RAISE EXCEPTION 'Cannot add data set "%": it has % images, expected %', NEW.id, images, NEW.image_count
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "models_immutable" BEFORE UPDATE OR DELETE ON "models" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "datasets_immutable" BEFORE UPDATE OR DELETE ON "datasets" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "dataset_images_immutable" BEFORE UPDATE OR DELETE ON "dataset_images" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "dataset_images_closed" AFTER INSERT ON "dataset_images" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "refuse_images_behind_the_last"();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "datasets_whole" AFTER INSERT ON "datasets" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "expect_all_images"();--> statement-breakpoint
CREATE TRIGGER "selections_immutable" BEFORE UPDATE OR DELETE ON "selections" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "routers_immutable" BEFORE UPDATE OR DELETE ON "routers" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "functions_immutable" BEFORE UPDATE OR DELETE ON "functions" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "deployments_immutable" BEFORE UPDATE OR DELETE ON "deployments" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "manifests_immutable" BEFORE UPDATE ON "manifests" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "manifests_newest" BEFORE DELETE ON "manifests" FOR EACH ROW EXECUTE FUNCTION "keep_newest_manifest"();--> statement-breakpoint
CREATE TRIGGER "evaluations_done" BEFORE UPDATE OR DELETE ON "evaluations" FOR EACH ROW WHEN (OLD."state" = 'done') EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "artifacts_immutable" BEFORE UPDATE ON "artifacts" FOR EACH ROW EXECUTE FUNCTION "keep_columns"('digest', 'size_bytes', 'media_type');--> statement-breakpoint
CREATE TRIGGER "device_jobs_question" BEFORE UPDATE ON "device_jobs" FOR EACH ROW EXECUTE FUNCTION "keep_columns"('id', 'kind', 'device_id', 'dataset_id', 'model_id', 'features_version', 'total');--> statement-breakpoint
-- Energy may be told anew, by a better meter; nothing else of a job that has ended.
CREATE TRIGGER "device_jobs_ended" BEFORE UPDATE ON "device_jobs" FOR EACH ROW WHEN (OLD."state" IN ('done', 'failed')) EXECUTE FUNCTION "keep_columns"('state', 'done', 'message', 'started_at', 'finished_at');--> statement-breakpoint
CREATE TRIGGER "device_jobs_done" BEFORE DELETE ON "device_jobs" FOR EACH ROW WHEN (OLD."state" = 'done') EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "outcome_chunks_immutable" BEFORE UPDATE ON "outcome_chunks" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "outcome_chunks_of_job" BEFORE DELETE ON "outcome_chunks" FOR EACH ROW EXECUTE FUNCTION "refuse_unless_cascade"();--> statement-breakpoint
CREATE TRIGGER "feature_rows_immutable" BEFORE UPDATE ON "feature_rows" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "feature_rows_of_job" BEFORE DELETE ON "feature_rows" FOR EACH ROW EXECUTE FUNCTION "refuse_unless_cascade"();--> statement-breakpoint
CREATE TRIGGER "rollouts_what" BEFORE UPDATE ON "rollouts" FOR EACH ROW EXECUTE FUNCTION "keep_columns"('id', 'group_name', 'deployment_id', 'kind', 'started_by', 'created_at');--> statement-breakpoint
CREATE TRIGGER "rollouts_ended" BEFORE UPDATE ON "rollouts" FOR EACH ROW WHEN (OLD."state" = 'superseded') EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "rollouts_history_kept" BEFORE DELETE ON "rollouts" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "staged_rollouts_what" BEFORE UPDATE ON "staged_rollouts" FOR EACH ROW EXECUTE FUNCTION "keep_columns"('id', 'deployment_id', 'plan', 'alias', 'started_by', 'created_at');--> statement-breakpoint
CREATE TRIGGER "rollout_events_immutable" BEFORE UPDATE OR DELETE ON "rollout_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "alias_moves_immutable" BEFORE UPDATE OR DELETE ON "alias_moves" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
-- No row of them goes by TRUNCATE either, which fires no trigger of a row.
DO $$
DECLARE
	kept text;
BEGIN
	FOREACH kept IN ARRAY ARRAY['models', 'datasets', 'dataset_images', 'selections', 'routers', 'functions', 'deployments', 'manifests',
		'evaluations', 'device_jobs', 'outcome_chunks', 'feature_rows', 'rollouts', 'rollout_events', 'alias_moves'] LOOP
		EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"()', kept || '_kept', kept);
	END LOOP;
END $$;
