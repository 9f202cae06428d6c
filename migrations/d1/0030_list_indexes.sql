DROP INDEX `video_transcode_job_post`;--> statement-breakpoint
CREATE INDEX `video_transcode_job_state` ON `video_transcode_job` (`state`,`job_id`);--> statement-breakpoint
CREATE INDEX `video_transcode_job_post` ON `video_transcode_job` (`video_post_id`,`job_id`);--> statement-breakpoint
CREATE INDEX `api_key_created` ON `api_key` (`created_at`,`key_id`);