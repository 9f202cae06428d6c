ALTER TABLE `video_post` ADD `metadata` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `video_post` ADD `passthrough` text;--> statement-breakpoint
ALTER TABLE `video_post` ADD `withdrawal` text;--> statement-breakpoint
ALTER TABLE `video_post_revision` ADD `actor` text;--> statement-breakpoint
ALTER TABLE `video_post_revision` ADD `change` text;