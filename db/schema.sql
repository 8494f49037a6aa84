-- What migrations/ make of an empty database. Written by test/db/migrations.test.ts, never by hand.

create type pgboss.job_state as enum ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');

create table alias_moves (
  id bigint not null default (nextval('alias_moves_id_seq'::regclass)),
  group_name text not null,
  name text not null,
  deployment_id text not null,
  actor text not null,
  reason text not null,
  created_at timestamp with time zone not null default (now()),
  constraint alias_moves_pkey PRIMARY KEY (id),
  constraint alias_moves_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id)
);

CREATE INDEX alias_moves_of_alias ON public.alias_moves USING btree (group_name, name, id);

CREATE TRIGGER alias_moves_immutable BEFORE DELETE OR UPDATE ON public.alias_moves FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER alias_moves_kept BEFORE TRUNCATE ON public.alias_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table aliases (
  group_name text not null,
  name text not null,
  deployment_id text,
  is_protected boolean not null default (false),
  proposed_id text,
  proposed_by text,
  constraint aliases_group_name_name_pk PRIMARY KEY (group_name, name),
  constraint aliases_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id),
  constraint aliases_proposed_id_deployments_id_fk FOREIGN KEY (proposed_id) REFERENCES deployments(id),
  constraint aliases_proposal CHECK (((proposed_id IS NULL) = (proposed_by IS NULL)))
);

create table api_keys (
  id text not null,
  name text not null,
  role text not null,
  hash bytea not null,
  created_at timestamp with time zone not null default (now()),
  revoked_at timestamp with time zone,
  scopes text[],
  created_by text,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_role CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'viewer'::text])))
);

create table artifacts (
  digest text not null,
  size_bytes bigint not null,
  media_type text not null,
  created_at timestamp with time zone not null default (now()),
  touched_at timestamp with time zone not null default (now()),
  constraint artifacts_pkey PRIMARY KEY (digest),
  constraint artifacts_digest_format CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  constraint artifacts_size_positive CHECK ((size_bytes >= 0))
);

CREATE INDEX artifacts_touched ON public.artifacts USING btree (touched_at, digest);

CREATE TRIGGER artifacts_immutable BEFORE UPDATE ON public.artifacts FOR EACH ROW EXECUTE FUNCTION keep_columns('digest', 'size_bytes', 'media_type');

create table attempt_limits (
  key text not null,
  full_at timestamp with time zone not null,
  constraint attempt_limits_pkey PRIMARY KEY (key)
);

create table audit_log (
  id bigint not null default (nextval('audit_log_id_seq'::regclass)),
  created_at timestamp with time zone not null default (now()),
  actor text not null,
  action text not null,
  outcome text not null,
  input jsonb,
  actor_id text,
  address text,
  subject text,
  before jsonb,
  after jsonb,
  constraint audit_log_pkey PRIMARY KEY (id)
);

CREATE INDEX audit_log_action ON public.audit_log USING btree (action, id);

CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor_id, id);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject, id);

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only();

create table audits (
  device_id text not null,
  sequence bigint not null,
  of bigint not null,
  at timestamp with time zone not null,
  deployment_id text not null,
  local_label integer not null,
  local_score double precision not null,
  edge_label integer not null,
  edge_score double precision not null,
  arrived_at timestamp with time zone,
  constraint audits_device_id_sequence_at_pk PRIMARY KEY (device_id, sequence, at)
) partition by RANGE (at);

CREATE INDEX audits_by_arrival ON ONLY public.audits USING btree (arrived_at) WHERE (arrived_at IS NOT NULL);

CREATE INDEX audits_by_deployment ON ONLY public.audits USING btree (deployment_id, at);

CREATE INDEX audits_by_time ON ONLY public.audits USING btree (at);

create table auth_secrets (
  "only" boolean not null default (true),
  secret text not null,
  created_at timestamp with time zone not null default (now()),
  constraint auth_secrets_pkey PRIMARY KEY ("only"),
  constraint auth_secrets_one_row CHECK ("only")
);

create table calls (
  actor text not null,
  key bytea not null,
  action text not null,
  input bytea not null,
  answer bytea not null,
  created_at timestamp with time zone not null default (now()),
  constraint calls_actor_key_pk PRIMARY KEY (actor, key),
  constraint calls_hashes CHECK (((octet_length(key) = 32) AND (octet_length(input) = 32)))
);

CREATE INDEX calls_oldest ON public.calls USING btree (created_at);

create table captures (
  device_id text not null,
  digest text not null,
  size_bytes integer not null,
  at timestamp with time zone not null,
  deployment_id text not null,
  of bigint not null,
  reason text not null,
  router_score double precision,
  threshold double precision,
  local_label integer,
  local_score double precision,
  edge_label integer,
  edge_score double precision,
  created_at timestamp with time zone not null default (now()),
  stored_at timestamp with time zone,
  constraint captures_device_id_digest_pk PRIMARY KEY (device_id, digest),
  constraint captures_device_id_devices_id_fk FOREIGN KEY (device_id) REFERENCES devices(id)
);

CREATE INDEX captures_by_arrival ON public.captures USING btree (created_at);

CREATE INDEX captures_by_digest ON public.captures USING btree (digest);

create table credentials (
  id text not null,
  user_id text not null,
  account_id text not null,
  provider_id text not null,
  password text,
  created_at timestamp with time zone not null default (now()),
  updated_at timestamp with time zone not null default (now()),
  constraint credentials_pkey PRIMARY KEY (id),
  constraint credentials_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE INDEX credentials_user ON public.credentials USING btree (user_id);

create table dataset_images (
  dataset_id text not null,
  index integer not null,
  digest text not null,
  label integer not null,
  path text not null,
  constraint dataset_images_dataset_id_index_pk PRIMARY KEY (dataset_id, index),
  constraint dataset_images_dataset_id_datasets_id_fk FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE CASCADE,
  constraint dataset_images_digest_artifacts_digest_fk FOREIGN KEY (digest) REFERENCES artifacts(digest),
  constraint dataset_images_place CHECK (((index >= 0) AND (label >= 0)))
);

CREATE INDEX dataset_images_by_digest ON public.dataset_images USING btree (dataset_id, digest);

CREATE INDEX dataset_images_by_label ON public.dataset_images USING btree (dataset_id, label, index);

CREATE INDEX dataset_images_of_artifact ON public.dataset_images USING btree (digest);

CREATE TRIGGER dataset_images_closed AFTER INSERT ON public.dataset_images REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_images_behind_the_last();

CREATE TRIGGER dataset_images_immutable BEFORE DELETE OR UPDATE ON public.dataset_images FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER dataset_images_kept BEFORE TRUNCATE ON public.dataset_images FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table datasets (
  id text not null,
  name text not null,
  labels_digest text not null,
  images_digest text not null,
  image_count integer not null,
  created_at timestamp with time zone not null default (now()),
  constraint datasets_pkey PRIMARY KEY (id),
  constraint datasets_name_unique UNIQUE (name),
  constraint datasets_images_digest_artifacts_digest_fk FOREIGN KEY (images_digest) REFERENCES artifacts(digest),
  constraint datasets_labels_digest_artifacts_digest_fk FOREIGN KEY (labels_digest) REFERENCES artifacts(digest),
  constraint datasets_not_empty CHECK ((image_count > 0))
);

CREATE TRIGGER datasets_immutable BEFORE DELETE OR UPDATE ON public.datasets FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER datasets_kept BEFORE TRUNCATE ON public.datasets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE CONSTRAINT TRIGGER datasets_whole AFTER INSERT ON public.datasets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION expect_all_images();

create table decision_deltas (
  id bigint not null default (nextval('decision_deltas_id_seq'::regclass)),
  hour timestamp with time zone not null,
  deployment_id text not null,
  group_name text not null,
  tier text not null,
  reason text not null,
  images integer not null,
  by_fallback integer not null,
  latency_sum_ms double precision not null,
  energy_sum_j double precision not null,
  latency_counts integer[] not null,
  energy_counts integer[] not null,
  audits integer not null,
  disagreed integer not null,
  constraint decision_deltas_pkey PRIMARY KEY (id)
);

create table decision_hours (
  hour timestamp with time zone not null,
  deployment_id text not null,
  group_name text not null,
  tier text not null,
  reason text not null,
  images integer not null,
  by_fallback integer not null,
  latency_sum_ms double precision not null,
  energy_sum_j double precision not null,
  latency_counts integer[] not null,
  energy_counts integer[] not null,
  audits integer not null,
  disagreed integer not null,
  constraint decision_hours_hour_deployment_id_group_name_tier_reason_pk PRIMARY KEY (hour, deployment_id, group_name, tier, reason)
);

create table decision_marks (
  device_id text not null,
  up_to bigint not null,
  constraint decision_marks_pkey PRIMARY KEY (device_id),
  constraint decision_marks_device_id_devices_id_fk FOREIGN KEY (device_id) REFERENCES devices(id)
);

create table decisions (
  device_id text not null,
  sequence bigint not null,
  at timestamp with time zone not null,
  deployment_id text not null,
  tier text not null,
  label integer not null,
  score double precision not null,
  router text not null,
  router_score double precision,
  threshold double precision,
  reason text not null,
  total_ms double precision not null,
  energy_j double precision not null,
  by_fallback boolean not null,
  router_version integer,
  request_id text,
  preference text,
  arrived_at timestamp with time zone,
  constraint decisions_device_id_sequence_at_pk PRIMARY KEY (device_id, sequence, at)
) partition by RANGE (at);

CREATE INDEX decisions_by_arrival ON ONLY public.decisions USING btree (arrived_at) WHERE (arrived_at IS NOT NULL);

CREATE INDEX decisions_by_deployment ON ONLY public.decisions USING btree (deployment_id, at);

CREATE INDEX decisions_by_reason ON ONLY public.decisions USING btree (reason, at);

CREATE INDEX decisions_by_time ON ONLY public.decisions USING btree (at);

CREATE INDEX decisions_of_edge ON ONLY public.decisions USING btree (at) WHERE (tier = 'edge'::text);

CREATE INDEX decisions_of_edge_by_deployment ON ONLY public.decisions USING btree (deployment_id, at) WHERE (tier = 'edge'::text);

create table deployments (
  id text not null,
  version integer not null,
  local_model_id text not null,
  edge_model_id text not null,
  router_id text not null,
  function_id text not null,
  document jsonb not null,
  created_at timestamp with time zone not null default (now()),
  constraint deployments_pkey PRIMARY KEY (id),
  constraint deployments_version_unique UNIQUE (version),
  constraint deployments_edge_model_id_models_id_fk FOREIGN KEY (edge_model_id) REFERENCES models(id),
  constraint deployments_function_id_functions_id_fk FOREIGN KEY (function_id) REFERENCES functions(id),
  constraint deployments_local_model_id_models_id_fk FOREIGN KEY (local_model_id) REFERENCES models(id),
  constraint deployments_router_id_routers_id_fk FOREIGN KEY (router_id) REFERENCES routers(id),
  constraint deployments_version CHECK ((version > 0))
);

CREATE TRIGGER deployments_immutable BEFORE DELETE OR UPDATE ON public.deployments FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER deployments_kept BEFORE TRUNCATE ON public.deployments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table device_jobs (
  id text not null,
  kind text not null,
  device_id text not null,
  dataset_id text not null,
  model_id text,
  features_version integer,
  state text not null default ('queued'::text),
  done integer not null default (0),
  total integer not null,
  message text not null default (''::text),
  result jsonb,
  summary jsonb,
  created_at timestamp with time zone not null default (now()),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint device_jobs_pkey PRIMARY KEY (id),
  constraint device_jobs_dataset_id_datasets_id_fk FOREIGN KEY (dataset_id) REFERENCES datasets(id),
  constraint device_jobs_device_id_devices_id_fk FOREIGN KEY (device_id) REFERENCES devices(id),
  constraint device_jobs_model_id_models_id_fk FOREIGN KEY (model_id) REFERENCES models(id),
  constraint device_jobs_features CHECK (((kind = 'features'::text) = (features_version IS NOT NULL))),
  constraint device_jobs_kind CHECK (((kind = 'profile'::text) = (model_id IS NOT NULL))),
  constraint device_jobs_progress CHECK (((done >= 0) AND (done <= total))),
  constraint device_jobs_result CHECK (((state <> 'done'::text) OR ((done = total) AND (result IS NOT NULL)))),
  constraint device_jobs_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint device_jobs_times CHECK (((state = ANY (ARRAY['done'::text, 'failed'::text])) = (finished_at IS NOT NULL)))
);

CREATE INDEX device_jobs_in_order ON public.device_jobs USING btree (created_at, id);

CREATE INDEX device_jobs_of_dataset ON public.device_jobs USING btree (dataset_id, created_at, id);

CREATE INDEX device_jobs_of_device ON public.device_jobs USING btree (device_id, created_at, id);

CREATE UNIQUE INDEX device_jobs_once ON public.device_jobs USING btree (device_id, dataset_id, kind, COALESCE(model_id, ''::text), COALESCE(features_version, 0)) WHERE (state <> 'failed'::text);

CREATE INDEX device_jobs_open ON public.device_jobs USING btree (device_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE TRIGGER device_jobs_done BEFORE DELETE ON public.device_jobs FOR EACH ROW WHEN ((old.state = 'done'::text)) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER device_jobs_ended BEFORE UPDATE ON public.device_jobs FOR EACH ROW WHEN ((old.state = ANY (ARRAY['done'::text, 'failed'::text]))) EXECUTE FUNCTION keep_columns('state', 'done', 'message', 'started_at', 'finished_at');

CREATE TRIGGER device_jobs_kept BEFORE TRUNCATE ON public.device_jobs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER device_jobs_question BEFORE UPDATE ON public.device_jobs FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'kind', 'device_id', 'dataset_id', 'model_id', 'features_version', 'total');

CREATE TRIGGER device_jobs_tell AFTER INSERT OR UPDATE OF state, done, message, result ON public.device_jobs FOR EACH ROW EXECUTE FUNCTION tell_live('profile');

create table device_reports (
  id bigint not null default (nextval('device_reports_id_seq'::regclass)),
  device_id text not null,
  at timestamp with time zone not null default (now()),
  state text not null,
  sequence bigint not null,
  serving_deployment_id text,
  message text not null,
  constraint device_reports_pkey PRIMARY KEY (id),
  constraint device_reports_device_id_devices_id_fk FOREIGN KEY (device_id) REFERENCES devices(id)
);

CREATE INDEX device_reports_of_device ON public.device_reports USING btree (device_id, id);

CREATE TRIGGER device_reports_immutable BEFORE UPDATE ON public.device_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table devices (
  id text not null,
  name text not null,
  tier text not null,
  group_name text not null,
  public_key jsonb not null,
  url text not null,
  platform text not null,
  enrolled_at timestamp with time zone not null default (now()),
  last_seen_at timestamp with time zone,
  revoked_at timestamp with time zone,
  report jsonb,
  state text not null generated always as (
CASE
    WHEN (revoked_at IS NOT NULL) THEN 'revoked'::text
    ELSE COALESCE((report ->> 'state'::text), 'enrolled'::text)
END),
  constraint devices_pkey PRIMARY KEY (id),
  constraint devices_name_unique UNIQUE (name),
  constraint devices_tier CHECK ((tier = ANY (ARRAY['local'::text, 'edge'::text])))
);

CREATE INDEX devices_by_state ON public.devices USING btree (state, name);

CREATE INDEX devices_by_tier ON public.devices USING btree (tier, name);

CREATE INDEX devices_counted ON public.devices USING btree (group_name, tier, state);

CREATE INDEX devices_edges ON public.devices USING btree (group_name) WHERE (tier = 'edge'::text);

CREATE INDEX devices_group ON public.devices USING btree (group_name, name);

CREATE INDEX devices_revoked ON public.devices USING btree (group_name) WHERE (revoked_at IS NOT NULL);

CREATE TRIGGER devices_reported AFTER UPDATE OF report ON public.devices FOR EACH ROW WHEN (((new.report IS NOT NULL) AND (((((new.report ->> 'state'::text) IS DISTINCT FROM (old.report ->> 'state'::text)) OR ((new.report ->> 'sequence'::text) IS DISTINCT FROM (old.report ->> 'sequence'::text))) OR ((new.report ->> 'servingDeploymentId'::text) IS DISTINCT FROM (old.report ->> 'servingDeploymentId'::text))) OR ((new.report ->> 'message'::text) IS DISTINCT FROM (old.report ->> 'message'::text))))) EXECUTE FUNCTION log_device_report();

create table enrolment_codes (
  id text not null,
  hash bytea not null,
  name text not null,
  tier text not null,
  group_name text not null,
  created_at timestamp with time zone not null default (now()),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint enrolment_codes_pkey PRIMARY KEY (id),
  constraint enrolment_codes_hash_unique UNIQUE (hash),
  constraint enrolment_codes_hash CHECK ((octet_length(hash) = 32)),
  constraint enrolment_codes_tier CHECK ((tier = ANY (ARRAY['local'::text, 'edge'::text])))
);

create table evaluations (
  id text not null,
  selection_id text not null,
  state text not null default ('running'::text),
  options jsonb not null,
  progress jsonb not null,
  report jsonb,
  error text,
  created_at timestamp with time zone not null default (now()),
  finished_at timestamp with time zone,
  constraint evaluations_pkey PRIMARY KEY (id),
  constraint evaluations_selection_id_selections_id_fk FOREIGN KEY (selection_id) REFERENCES selections(id),
  constraint evaluations_error CHECK (((state = 'failed'::text) = (error IS NOT NULL))),
  constraint evaluations_finished CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint evaluations_report CHECK (((state = 'done'::text) = (report IS NOT NULL))),
  constraint evaluations_state CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);

CREATE INDEX evaluations_newest ON public.evaluations USING btree (created_at);

CREATE UNIQUE INDEX evaluations_one_running ON public.evaluations USING btree (selection_id, options) WHERE (state = 'running'::text);

CREATE TRIGGER evaluations_done BEFORE DELETE OR UPDATE ON public.evaluations FOR EACH ROW WHEN ((old.state = 'done'::text)) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER evaluations_kept BEFORE TRUNCATE ON public.evaluations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER evaluations_tell AFTER INSERT OR UPDATE OF state, progress ON public.evaluations FOR EACH ROW EXECUTE FUNCTION tell_live('evaluation');

create table external_edges (
  id text not null,
  group_name text not null,
  url text not null,
  model text not null,
  protocol text not null,
  deployment_id text not null,
  created_at timestamp with time zone not null default (now()),
  created_by text not null,
  revoked_at timestamp with time zone,
  constraint external_edges_pkey PRIMARY KEY (id),
  constraint external_edges_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id),
  constraint external_edges_protocol CHECK ((protocol = 'oip-v2'::text))
);

CREATE UNIQUE INDEX external_edges_active ON public.external_edges USING btree (group_name, deployment_id, url) WHERE (revoked_at IS NULL);

CREATE INDEX external_edges_newest ON public.external_edges USING btree (created_at, id);

create table feature_rows (
  job_id text not null,
  index integer not null,
  features double precision[] not null,
  latency_ms double precision not null,
  pixels text,
  constraint feature_rows_job_id_index_pk PRIMARY KEY (job_id, index),
  constraint feature_rows_job_id_device_jobs_id_fk FOREIGN KEY (job_id) REFERENCES device_jobs(id) ON DELETE CASCADE,
  constraint feature_rows_pixels_format CHECK ((pixels ~ '^sha256:[0-9a-f]{64}$'::text)),
  constraint feature_rows_place CHECK ((index >= 0))
);

CREATE TRIGGER feature_rows_immutable BEFORE UPDATE ON public.feature_rows FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER feature_rows_kept BEFORE TRUNCATE ON public.feature_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER feature_rows_of_job BEFORE DELETE ON public.feature_rows FOR EACH ROW EXECUTE FUNCTION refuse_unless_cascade();

create table functions (
  id text not null,
  name text not null,
  version integer not null,
  digest text not null,
  created_at timestamp with time zone not null default (now()),
  constraint functions_pkey PRIMARY KEY (id),
  constraint functions_name_version UNIQUE (name, version),
  constraint functions_digest_artifacts_digest_fk FOREIGN KEY (digest) REFERENCES artifacts(digest),
  constraint functions_version CHECK ((version > 0))
);

CREATE TRIGGER functions_immutable BEFORE DELETE OR UPDATE ON public.functions FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER functions_kept BEFORE TRUNCATE ON public.functions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table job_steps (
  job_id text not null,
  name text not null,
  build text not null,
  value bytea not null,
  created_at timestamp with time zone not null default (now()),
  constraint job_steps_job_id_name_pk PRIMARY KEY (job_id, name),
  constraint job_steps_job_id_jobs_id_fk FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE
);

create table jobs (
  id text not null,
  kind text not null,
  state text not null default ('queued'::text),
  input jsonb not null,
  same_key text not null,
  subject text,
  asked_by text not null,
  progress jsonb not null,
  attempt integer not null default (0),
  deaths integer not null default (0),
  worker text,
  heartbeat_at timestamp with time zone,
  result jsonb,
  error text,
  created_at timestamp with time zone not null default (now()),
  queued_at timestamp with time zone not null default (now()),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_error CHECK (((state = ANY (ARRAY['failed'::text, 'cancelled'::text])) = (error IS NOT NULL))),
  constraint jobs_finished CHECK (((state = ANY (ARRAY['queued'::text, 'running'::text])) = (finished_at IS NULL))),
  constraint jobs_result CHECK (((state = 'done'::text) = (result IS NOT NULL))),
  constraint jobs_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint jobs_worker CHECK ((((state = 'running'::text) = (worker IS NOT NULL)) AND ((state = 'running'::text) = (heartbeat_at IS NOT NULL))))
);

CREATE INDEX jobs_newest ON public.jobs USING btree (created_at, id);

CREATE UNIQUE INDEX jobs_one_under_way ON public.jobs USING btree (kind, same_key) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_subject ON public.jobs USING btree (subject);

CREATE INDEX jobs_under_way ON public.jobs USING btree (state, queued_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE TRIGGER jobs_tell AFTER INSERT OR UPDATE OF state, progress ON public.jobs FOR EACH ROW EXECUTE FUNCTION tell_live('job');

create table leases (
  name text not null,
  holder text not null,
  until timestamp with time zone not null,
  constraint leases_pkey PRIMARY KEY (name)
);

create table manifests (
  device_id text not null,
  sequence integer not null,
  deployment_id text,
  digest text not null,
  content text not null,
  jws text not null,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint manifests_device_id_sequence_pk PRIMARY KEY (device_id, sequence),
  constraint manifests_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id),
  constraint manifests_device_id_devices_id_fk FOREIGN KEY (device_id) REFERENCES devices(id),
  constraint manifests_sequence CHECK ((sequence > 0)),
  constraint manifests_times CHECK ((expires_at > issued_at))
);

CREATE TRIGGER manifests_immutable BEFORE UPDATE ON public.manifests FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER manifests_kept BEFORE TRUNCATE ON public.manifests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER manifests_newest BEFORE DELETE ON public.manifests FOR EACH ROW EXECUTE FUNCTION keep_newest_manifest();

create table models (
  id text not null,
  name text not null,
  family text not null,
  file_digest text not null,
  labels_digest text not null,
  contract jsonb not null,
  params bigint,
  layers integer,
  created_at timestamp with time zone not null default (now()),
  constraint models_pkey PRIMARY KEY (id),
  constraint models_name_unique UNIQUE (name),
  constraint models_file_digest_artifacts_digest_fk FOREIGN KEY (file_digest) REFERENCES artifacts(digest),
  constraint models_labels_digest_artifacts_digest_fk FOREIGN KEY (labels_digest) REFERENCES artifacts(digest),
  constraint models_figures CHECK (((params >= 0) AND (layers >= 0)))
);

CREATE TRIGGER models_immutable BEFORE DELETE OR UPDATE ON public.models FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER models_kept BEFORE TRUNCATE ON public.models FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table one_time_codes (
  hash bytea not null,
  purpose text not null,
  user_id text,
  created_by text not null,
  created_at timestamp with time zone not null default (now()),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint one_time_codes_pkey PRIMARY KEY (hash),
  constraint one_time_codes_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint one_time_codes_purpose CHECK ((purpose = ANY (ARRAY['set-up'::text, 'password'::text]))),
  constraint one_time_codes_user CHECK (((purpose = 'password'::text) = (user_id IS NOT NULL)))
);

create table outcome_chunks (
  job_id text not null,
  first integer not null,
  count integer not null,
  classes bytea storage external not null,
  probabilities bytea storage external not null,
  latencies bytea storage external not null,
  constraint outcome_chunks_job_id_first_pk PRIMARY KEY (job_id, first),
  constraint outcome_chunks_job_id_device_jobs_id_fk FOREIGN KEY (job_id) REFERENCES device_jobs(id) ON DELETE CASCADE,
  constraint outcome_chunks_packed CHECK (((octet_length(latencies) = (8 * count)) AND (((((octet_length(classes) = (4 * count)) OR (octet_length(classes) = (8 * count))) OR (octet_length(classes) = (12 * count))) OR (octet_length(classes) = (16 * count))) OR (octet_length(classes) = (20 * count))) AND (octet_length(probabilities) = (2 * octet_length(classes))))),
  constraint outcome_chunks_place CHECK (((first >= 0) AND (count > 0)))
);

CREATE TRIGGER outcome_chunks_immutable BEFORE UPDATE ON public.outcome_chunks FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER outcome_chunks_kept BEFORE TRUNCATE ON public.outcome_chunks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER outcome_chunks_of_job BEFORE DELETE ON public.outcome_chunks FOR EACH ROW EXECUTE FUNCTION refuse_unless_cascade();

create table partitions.audits_default partition of audits DEFAULT;

create table partitions.decisions_default partition of decisions DEFAULT;

create table pgboss.archive (
  id uuid not null,
  name text not null,
  priority integer not null,
  data jsonb,
  state pgboss.job_state not null,
  retry_limit integer not null,
  retry_count integer not null,
  retry_delay integer not null,
  retry_backoff boolean not null,
  start_after timestamp with time zone not null,
  started_on timestamp with time zone,
  singleton_key text,
  singleton_on timestamp without time zone,
  expire_in interval not null,
  created_on timestamp with time zone not null,
  completed_on timestamp with time zone,
  keep_until timestamp with time zone not null,
  output jsonb,
  dead_letter text,
  policy text,
  archived_on timestamp with time zone not null default (now()),
  constraint archive_pkey PRIMARY KEY (name, id)
);

CREATE INDEX archive_i1 ON pgboss.archive USING btree (archived_on);

create table pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e partition of pgboss.job FOR VALUES IN ('housekeeping') (
  constraint dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint cjc CHECK ((name = 'housekeeping'::text))
);

CREATE UNIQUE INDEX j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e_i1 ON pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));

CREATE UNIQUE INDEX j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e_i2 ON pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));

CREATE UNIQUE INDEX j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e_i3 ON pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));

CREATE UNIQUE INDEX j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e_i4 ON pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));

CREATE INDEX j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e_i5 ON pgboss.j03538e46975d2e172b37a4c70781b3f0f3ee0ad760dbb52ebd0f149e USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);

create table pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 partition of pgboss.job FOR VALUES IN ('long') (
  constraint dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint cjc CHECK ((name = 'long'::text))
);

CREATE UNIQUE INDEX j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040_i1 ON pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));

CREATE UNIQUE INDEX j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040_i2 ON pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));

CREATE UNIQUE INDEX j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040_i3 ON pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));

CREATE UNIQUE INDEX j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040_i4 ON pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));

CREATE INDEX j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040_i5 ON pgboss.j6b9d554308112416b745f54cd3ebb711f02eea0f290777ccaab1e040 USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);

create table pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 partition of pgboss.job FOR VALUES IN ('compute') (
  constraint dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint cjc CHECK ((name = 'compute'::text))
);

CREATE UNIQUE INDEX jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7_i1 ON pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));

CREATE UNIQUE INDEX jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7_i2 ON pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));

CREATE UNIQUE INDEX jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7_i3 ON pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));

CREATE UNIQUE INDEX jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7_i4 ON pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));

CREATE INDEX jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7_i5 ON pgboss.jec76d6dbb403a58f6424827511297ffbecc47612bbecc52aa038eae7 USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);

create table pgboss.job (
  id uuid not null default (gen_random_uuid()),
  name text not null,
  priority integer not null default (0),
  data jsonb,
  state pgboss.job_state not null default ('created'::pgboss.job_state),
  retry_limit integer not null default (2),
  retry_count integer not null default (0),
  retry_delay integer not null default (0),
  retry_backoff boolean not null default (false),
  start_after timestamp with time zone not null default (now()),
  started_on timestamp with time zone,
  singleton_key text,
  singleton_on timestamp without time zone,
  expire_in interval not null default ('00:15:00'::interval),
  created_on timestamp with time zone not null default (now()),
  completed_on timestamp with time zone,
  keep_until timestamp with time zone not null default ((now() + '14 days'::interval)),
  output jsonb,
  dead_letter text,
  policy text,
  constraint job_pkey PRIMARY KEY (name, id)
) partition by LIST (name);

create table pgboss.queue (
  name text not null,
  policy text,
  retry_limit integer,
  retry_delay integer,
  retry_backoff boolean,
  expire_seconds integer,
  retention_minutes integer,
  dead_letter text,
  partition_name text,
  created_on timestamp with time zone not null default (now()),
  updated_on timestamp with time zone not null default (now()),
  constraint queue_pkey PRIMARY KEY (name),
  constraint queue_dead_letter_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name)
);

create table pgboss.schedule (
  name text not null,
  cron text not null,
  timezone text,
  data jsonb,
  options jsonb,
  created_on timestamp with time zone not null default (now()),
  updated_on timestamp with time zone not null default (now()),
  constraint schedule_pkey PRIMARY KEY (name),
  constraint schedule_name_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE CASCADE
);

create table pgboss.subscription (
  event text not null,
  name text not null,
  created_on timestamp with time zone not null default (now()),
  updated_on timestamp with time zone not null default (now()),
  constraint subscription_pkey PRIMARY KEY (event, name),
  constraint subscription_name_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE CASCADE
);

create table pgboss.version (
  version integer not null,
  maintained_on timestamp with time zone,
  cron_on timestamp with time zone,
  monitored_on timestamp with time zone,
  constraint version_pkey PRIMARY KEY (version)
);

create table rolling_groups (
  group_name text not null,
  rollout_id text not null,
  constraint rolling_groups_pkey PRIMARY KEY (group_name),
  constraint rolling_groups_rollout_id_staged_rollouts_id_fk FOREIGN KEY (rollout_id) REFERENCES staged_rollouts(id)
);

CREATE INDEX rolling_groups_of_rollout ON public.rolling_groups USING btree (rollout_id);

create table rollout_events (
  id bigint not null default (nextval('rollout_events_id_seq'::regclass)),
  rollout_id text not null,
  created_at timestamp with time zone not null default (now()),
  actor text not null,
  event text not null,
  reason text not null,
  observation jsonb,
  constraint rollout_events_pkey PRIMARY KEY (id),
  constraint rollout_events_rollout_id_staged_rollouts_id_fk FOREIGN KEY (rollout_id) REFERENCES staged_rollouts(id)
);

CREATE INDEX rollout_events_of_rollout ON public.rollout_events USING btree (rollout_id, id);

CREATE TRIGGER rollout_events_immutable BEFORE DELETE OR UPDATE ON public.rollout_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER rollout_events_kept BEFORE TRUNCATE ON public.rollout_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER rollout_events_tell AFTER INSERT ON public.rollout_events FOR EACH ROW EXECUTE FUNCTION tell_live_rollout();

create table rollouts (
  id text not null,
  group_name text not null,
  deployment_id text not null,
  kind text not null,
  state text not null,
  override_reason text,
  started_by text not null,
  created_at timestamp with time zone not null default (now()),
  ended_at timestamp with time zone,
  staged_id text,
  reason text,
  constraint rollouts_pkey PRIMARY KEY (id),
  constraint rollouts_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id),
  constraint rollouts_staged_id_staged_rollouts_id_fk FOREIGN KEY (staged_id) REFERENCES staged_rollouts(id),
  constraint rollouts_kind CHECK ((kind = ANY (ARRAY['promote'::text, 'rollback'::text]))),
  constraint rollouts_known_state CHECK ((state = ANY (ARRAY['current'::text, 'superseded'::text]))),
  constraint rollouts_state CHECK (((state = 'current'::text) = (ended_at IS NULL)))
);

CREATE INDEX rollouts_history ON public.rollouts USING btree (group_name, created_at);

CREATE UNIQUE INDEX rollouts_one_current ON public.rollouts USING btree (group_name) WHERE (state = 'current'::text);

CREATE TRIGGER rollouts_ended BEFORE UPDATE ON public.rollouts FOR EACH ROW WHEN ((old.state = 'superseded'::text)) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER rollouts_history_kept BEFORE DELETE ON public.rollouts FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER rollouts_kept BEFORE TRUNCATE ON public.rollouts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER rollouts_what BEFORE UPDATE ON public.rollouts FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'group_name', 'deployment_id', 'kind', 'started_by', 'created_at');

create table routers (
  id text not null,
  version integer not null,
  kind text not null,
  selection_id text not null,
  document_digest text not null,
  evaluation jsonb not null,
  provenance jsonb not null,
  created_at timestamp with time zone not null default (now()),
  constraint routers_pkey PRIMARY KEY (id),
  constraint routers_version_unique UNIQUE (version),
  constraint routers_document_digest_artifacts_digest_fk FOREIGN KEY (document_digest) REFERENCES artifacts(digest),
  constraint routers_selection_id_selections_id_fk FOREIGN KEY (selection_id) REFERENCES selections(id),
  constraint routers_version CHECK ((version > 0))
);

CREATE TRIGGER routers_immutable BEFORE DELETE OR UPDATE ON public.routers FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER routers_kept BEFORE TRUNCATE ON public.routers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table second_factors (
  id text not null,
  user_id text not null,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default (true),
  failed_verification_count integer not null default (0),
  locked_until timestamp with time zone,
  constraint second_factors_pkey PRIMARY KEY (id),
  constraint second_factors_user_id_unique UNIQUE (user_id),
  constraint second_factors_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE INDEX second_factors_secret ON public.second_factors USING btree (secret);

create table selections (
  id text not null,
  dataset_id text not null,
  local_device_id text not null,
  edge_device_id text not null,
  inputs jsonb not null,
  result jsonb not null,
  created_at timestamp with time zone not null default (now()),
  constraint selections_pkey PRIMARY KEY (id),
  constraint selections_dataset_id_datasets_id_fk FOREIGN KEY (dataset_id) REFERENCES datasets(id),
  constraint selections_edge_device_id_devices_id_fk FOREIGN KEY (edge_device_id) REFERENCES devices(id),
  constraint selections_local_device_id_devices_id_fk FOREIGN KEY (local_device_id) REFERENCES devices(id)
);

CREATE INDEX selections_newest ON public.selections USING btree (created_at, id);

CREATE TRIGGER selections_immutable BEFORE DELETE OR UPDATE ON public.selections FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER selections_kept BEFORE TRUNCATE ON public.selections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table sessions (
  id text not null,
  user_id text not null,
  token text not null,
  expires_at timestamp with time zone not null,
  ip_address text,
  user_agent text,
  created_at timestamp with time zone not null default (now()),
  updated_at timestamp with time zone not null default (now()),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_token_unique UNIQUE (token),
  constraint sessions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

create table staged_rollouts (
  id text not null,
  deployment_id text not null,
  plan jsonb not null,
  state text not null,
  reason text not null,
  cuts double precision[] not null,
  activated_at timestamp with time zone,
  clock_from timestamp with time zone not null default (now()),
  soak_from timestamp with time zone,
  approved_stages integer not null default (0),
  approval_reason text,
  alias text not null,
  override_reason text,
  started_by text not null,
  created_at timestamp with time zone not null default (now()),
  ended_at timestamp with time zone,
  constraint staged_rollouts_pkey PRIMARY KEY (id),
  constraint staged_rollouts_deployment_id_deployments_id_fk FOREIGN KEY (deployment_id) REFERENCES deployments(id),
  constraint staged_rollouts_end CHECK (((state = ANY (ARRAY['running'::text, 'paused'::text, 'awaiting-approval'::text])) = (ended_at IS NULL))),
  constraint staged_rollouts_stages CHECK ((cardinality(cuts) <= jsonb_array_length((plan -> 'stages'::text)))),
  constraint staged_rollouts_state CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'awaiting-approval'::text, 'completed'::text, 'rolled-back'::text, 'superseded'::text])))
);

CREATE INDEX staged_rollouts_newest ON public.staged_rollouts USING btree (created_at);

CREATE TRIGGER staged_rollouts_what BEFORE UPDATE ON public.staged_rollouts FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'deployment_id', 'plan', 'alias', 'started_by', 'created_at');

create table uploads (
  digest text not null,
  id text not null,
  size_bytes bigint not null,
  media_type text not null,
  place text not null,
  name text,
  offset_bytes bigint not null default (0),
  next_part integer not null default (1),
  parts jsonb not null default ('[]'::jsonb),
  holder text,
  held_until timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null default (now()),
  touched_at timestamp with time zone not null default (now()),
  constraint uploads_pkey PRIMARY KEY (digest),
  constraint uploads_id_unique UNIQUE (id),
  constraint uploads_digest_format CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  constraint uploads_holder CHECK (((holder IS NULL) = (held_until IS NULL))),
  constraint uploads_offset CHECK (((size_bytes > 0) AND ((offset_bytes >= 0) AND (offset_bytes <= size_bytes)))),
  constraint uploads_part CHECK ((next_part > jsonb_array_length(parts)))
);

CREATE INDEX uploads_touched ON public.uploads USING btree (touched_at);

create table users (
  id text not null,
  username text not null,
  name text not null,
  email text,
  email_verified boolean not null default (false),
  role text not null,
  two_factor_enabled boolean not null default (false),
  disabled_at timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null default (now()),
  updated_at timestamp with time zone not null default (now()),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_email_unique UNIQUE (email),
  constraint users_username_unique UNIQUE (username),
  constraint users_role CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'viewer'::text]))),
  constraint users_username CHECK ((username ~ '^[a-z0-9][a-z0-9._-]{1,39}$'::text))
);

CREATE TRIGGER users_keep_audited BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION users_keep_audited();

create table verifications (
  id text not null,
  identifier text not null,
  value text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default (now()),
  updated_at timestamp with time zone not null default (now()),
  constraint verifications_pkey PRIMARY KEY (id)
);

CREATE INDEX verifications_identifier ON public.verifications USING btree (identifier);

CREATE OR REPLACE FUNCTION public.audit_log_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'Cannot change the audit log: its lines are only added' USING ERRCODE = 'restrict_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.expect_all_images()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  images bigint;
BEGIN
  SELECT count(*) INTO images FROM dataset_images i WHERE i.dataset_id = NEW.id;
  IF images <> NEW.image_count THEN
    RAISE EXCEPTION 'Cannot add data set "%": it has % images, expected %', NEW.id, images, NEW.image_count
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.keep_columns()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.keep_newest_manifest()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM manifests m WHERE m.device_id = OLD.device_id AND m.sequence > OLD.sequence) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'Cannot delete manifest "%/%": it is the newest of its device, expected an older one', OLD.device_id, OLD.sequence
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $function$;

CREATE OR REPLACE FUNCTION public.log_device_report()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO device_reports (device_id, state, sequence, serving_deployment_id, message)
    VALUES (NEW.id, NEW.report ->> 'state', (NEW.report ->> 'sequence')::bigint, NEW.report ->> 'servingDeploymentId', coalesce(NEW.report ->> 'message', ''));
  DELETE FROM device_reports r WHERE r.device_id = NEW.id AND r.id <=
    (SELECT o.id FROM device_reports o WHERE o.device_id = NEW.id ORDER BY o.id DESC OFFSET 200 LIMIT 1);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION pgboss.create_queue(queue_name text, options json)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  table_name varchar := 'j' || encode(sha224(queue_name::bytea), 'hex');
  queue_created_on timestamptz;
BEGIN

  WITH q as (
  INSERT INTO pgboss.queue (
    name,
    policy,
    retry_limit,
    retry_delay,
    retry_backoff,
    expire_seconds,
    retention_minutes,
    dead_letter,
    partition_name
  )
  VALUES (
    queue_name,
    options->>'policy',
    (options->>'retryLimit')::int,
    (options->>'retryDelay')::int,
    (options->>'retryBackoff')::bool,
    (options->>'expireInSeconds')::int,
    (options->>'retentionMinutes')::int,
    options->>'deadLetter',
    table_name
  )
  ON CONFLICT DO NOTHING
  RETURNING created_on
  )
  SELECT created_on into queue_created_on from q;

  IF queue_created_on IS NULL THEN
    RETURN;
  END IF;

  EXECUTE format('CREATE TABLE pgboss.%I (LIKE pgboss.job INCLUDING DEFAULTS)', table_name);

  EXECUTE format('ALTER TABLE pgboss.%1$I ADD PRIMARY KEY (name, id)', table_name);
  EXECUTE format('ALTER TABLE pgboss.%1$I ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED', table_name);
  EXECUTE format('ALTER TABLE pgboss.%1$I ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED', table_name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_i1 ON pgboss.%1$I (name, COALESCE(singleton_key, '''')) WHERE state = ''created'' AND policy = ''short''', table_name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_i2 ON pgboss.%1$I (name, COALESCE(singleton_key, '''')) WHERE state = ''active'' AND policy = ''singleton''', table_name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_i3 ON pgboss.%1$I (name, state, COALESCE(singleton_key, '''')) WHERE state <= ''active'' AND policy = ''stately''', table_name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_i4 ON pgboss.%1$I (name, singleton_on, COALESCE(singleton_key, '''')) WHERE state <> ''cancelled'' AND singleton_on IS NOT NULL', table_name);
  EXECUTE format('CREATE INDEX %1$s_i5 ON pgboss.%1$I (name, start_after) INCLUDE (priority, created_on, id) WHERE state < ''active''', table_name);

  EXECUTE format('ALTER TABLE pgboss.%I ADD CONSTRAINT cjc CHECK (name=%L)', table_name, queue_name);
  EXECUTE format('ALTER TABLE pgboss.job ATTACH PARTITION pgboss.%I FOR VALUES IN (%L)', table_name, queue_name);
END;
$function$;

CREATE OR REPLACE FUNCTION pgboss.delete_queue(queue_name text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  table_name varchar;
BEGIN
  WITH deleted as (
    DELETE FROM pgboss.queue
    WHERE name = queue_name
    RETURNING partition_name
  )
  SELECT partition_name from deleted INTO table_name;

  EXECUTE format('DROP TABLE IF EXISTS pgboss.%I', table_name);
END;
$function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'Cannot % row of "%": it is immutable, expected a new row instead', lower(TG_OP), TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_images_behind_the_last()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION public.refuse_unless_cascade()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF pg_trigger_depth() > 1 THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'Cannot delete row of "%": it goes only with what it belongs to, expected that to be deleted', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $function$;

CREATE OR REPLACE FUNCTION public.tell_live()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('tandem_live', TG_ARGV[0] || ':' || NEW.id);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.tell_live_rollout()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('tandem_live', 'rollout:' || NEW.rollout_id);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.users_keep_audited()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM "audit_log" WHERE "actor_id" = OLD."id" OR "subject" = 'user ' || OLD."id") THEN
    RAISE EXCEPTION 'Cannot delete user "%": the audit log names them, expected them to be disabled', OLD."id" USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $function$;
