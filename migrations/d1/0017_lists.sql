DROP INDEX `video_post_slug`;--> statement-breakpoint
ALTER TABLE `video_post` ADD `title_folded` text;--> statement-breakpoint
ALTER TABLE `video_post` ADD `title_folded_from` text;--> statement-breakpoint
CREATE INDEX `video_post_live` ON `video_post` (`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `video_post_author` ON `video_post` (`author_id`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `video_post_type` ON `video_post` (`resource_type`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `video_post_author_status` ON `video_post` (`author_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `video_post_title` ON `video_post` (`title_folded`,`id`);--> statement-breakpoint
CREATE INDEX `video_post_unfolded` ON `video_post` (`id`) WHERE title_folded_from IS NOT title;--> statement-breakpoint
CREATE INDEX `video_post_slug` ON `video_post` (`slug`,`id`);