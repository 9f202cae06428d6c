ALTER TABLE `video_transcode_job` ADD `fail_code` text;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `fail_code` text;