DROP INDEX `video_file_post_index`;--> statement-breakpoint
DROP INDEX `video_file_post_scan`;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `version_state` text DEFAULT 'PRESENT' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `video_file_post_next` ON `video_file_post` (`video_id`,`file_index`) WHERE version_state = 'NEXT';--> statement-breakpoint
CREATE INDEX `video_file_post_versions` ON `video_file_post` (`video_id`,`file_index`);--> statement-breakpoint
CREATE UNIQUE INDEX `video_file_post_index` ON `video_file_post` (`video_id`,`file_index`) WHERE version_state IN ('PRESENT', 'REMOVED');--> statement-breakpoint
CREATE INDEX `video_file_post_scan` ON `video_file_post` (`transfer_result`,`encrypt_status`,`update_type`,`video_id`) WHERE version_state IN ('PRESENT', 'NEXT');