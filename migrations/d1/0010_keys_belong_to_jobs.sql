ALTER TABLE `video_hls_encrypt_key` ADD `staged_by_job_id` text;--> statement-breakpoint
-- A running job that was to be cancelled is cancelled: its holder learns of it by the lease token that it keeps.
UPDATE video_transcode_job SET state = 'CANCELLED', lease_expires_at = NULL, finished_at = updated_at
WHERE state = 'RUNNING' AND cancel_requested = 1;--> statement-breakpoint
-- Parts that waited for ever for a job that was cancelled. The scan then corrects the status of their posts.
UPDATE video_file_post SET transfer_result = 'CANCELLED' WHERE transfer_result = 'TRANSCODING'
  AND EXISTS (SELECT 1 FROM video_transcode_job j WHERE j.file_id = video_file_post.id AND j.kind = 'TRANSCODE' AND j.state = 'CANCELLED')
  AND NOT EXISTS (SELECT 1 FROM video_transcode_job j WHERE j.file_id = video_file_post.id AND j.kind = 'TRANSCODE'
    AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT'));--> statement-breakpoint
UPDATE video_file_post SET encrypt_status = 'CANCELLED' WHERE transfer_result = 'SUCCESS' AND encrypt_status IN ('UNENCRYPTED', 'ENCRYPTING')
  AND EXISTS (SELECT 1 FROM video_transcode_job j WHERE j.file_id = video_file_post.id AND j.kind = 'ENCRYPT' AND j.state = 'CANCELLED')
  AND NOT EXISTS (SELECT 1 FROM video_transcode_job j WHERE j.file_id = video_file_post.id AND j.kind = 'ENCRYPT'
    AND j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT'));--> statement-breakpoint
-- Staged keys may have been given to a job that has ended: no job uses them any more.
UPDATE video_hls_encrypt_key SET status = 'REVOKED', revoked_at = unixepoch() * 1000 WHERE status = 'STAGED';
