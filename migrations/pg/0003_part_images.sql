ALTER TABLE "video_file_post" ADD COLUMN "images" jsonb;--> statement-breakpoint
ALTER TABLE "video_file_post" ADD COLUMN "poster" jsonb;--> statement-breakpoint
ALTER TABLE "video_file_post" ADD COLUMN "poster_id" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "video_file_post_poster" ON "video_file_post" USING btree ("poster_id") WHERE poster_id IS NOT NULL;