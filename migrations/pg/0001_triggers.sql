-- Row triggers do not see a TRUNCATE, so each append-only table has a trigger for it too.
CREATE FUNCTION audit_event_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A viewer may be removed from an event, which keeps every other fact.
  IF NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.action = OLD.action
    AND NEW.video_post_id IS NOT DISTINCT FROM OLD.video_post_id AND NEW.file_index IS NOT DISTINCT FROM OLD.file_index
    AND NEW.status = OLD.status AND NEW.reason IS NOT DISTINCT FROM OLD.reason AND NEW.count = OLD.count
    AND NEW.keep_until = OLD.keep_until AND NEW.details IS NOT DISTINCT FROM OLD.details - 'viewer' - 'tokenId'
    AND ((NEW.actor = OLD.actor AND NEW.client_address IS NOT DISTINCT FROM OLD.client_address
        AND NEW.country IS NOT DISTINCT FROM OLD.country AND NEW.details IS DISTINCT FROM OLD.details)
      OR (OLD.actor LIKE 'viewer:%' AND OLD.actor <> 'viewer:forgotten' AND NEW.actor = 'viewer:forgotten'
        AND NEW.client_address IS NULL AND NEW.country IS NULL))
  THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit_event is append-only';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_event_is_never_changed();
--> statement-breakpoint
CREATE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.keep_until > extract(epoch FROM clock_timestamp()) * 1000 THEN
    RAISE EXCEPTION 'audit_event is still to be kept';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_event_is_kept();
--> statement-breakpoint
CREATE FUNCTION table_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_event_is_never_truncated BEFORE TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION table_is_append_only();
--> statement-breakpoint
CREATE TRIGGER author_reward_is_never_changed BEFORE UPDATE OR DELETE ON author_reward
  FOR EACH ROW EXECUTE FUNCTION table_is_append_only();
--> statement-breakpoint
CREATE TRIGGER author_reward_is_never_truncated BEFORE TRUNCATE ON author_reward
  FOR EACH STATEMENT EXECUTE FUNCTION table_is_append_only();
--> statement-breakpoint
CREATE FUNCTION published_video_awaits_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO published_video (video_post_id, version) VALUES (NEW.id, 0) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER published_video_awaits_new_post AFTER INSERT ON video_post
  FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION published_video_awaits_post();
--> statement-breakpoint
CREATE TRIGGER published_video_awaits_post AFTER UPDATE OF published_at ON video_post
  FOR EACH ROW WHEN (NEW.published_at IS NOT NULL AND OLD.published_at IS NULL)
  EXECUTE FUNCTION published_video_awaits_post();
--> statement-breakpoint
-- Wakes processors that listen, when the transaction commits. A trigger, so that no statement can forget it.
CREATE FUNCTION video_transcode_job_is_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('ladderlock_jobs', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER video_transcode_job_is_new AFTER INSERT ON video_transcode_job
  FOR EACH ROW WHEN (NEW.state = 'QUEUED') EXECUTE FUNCTION video_transcode_job_is_queued();
--> statement-breakpoint
CREATE TRIGGER video_transcode_job_is_queued AFTER UPDATE OF state ON video_transcode_job
  FOR EACH ROW WHEN (NEW.state = 'QUEUED') EXECUTE FUNCTION video_transcode_job_is_queued();
--> statement-breakpoint
-- Heartbeats change no indexed column: with room on its page a row is replaced without touching an index.
ALTER TABLE video_transcode_job SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
--> statement-breakpoint
-- Each save replaces a row, and each attempt changes one. Dead entries of their indexes are read by every look for more.
ALTER TABLE access_revocation SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE webhook_delivery SET (autovacuum_vacuum_scale_factor = 0.02);
