ALTER TABLE "video_file_post" ADD COLUMN "captions" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "video_file_post" ADD COLUMN "chapters" jsonb;--> statement-breakpoint
ALTER TABLE "video_file_post" ADD COLUMN "media_start" bigint;