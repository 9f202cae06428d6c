DROP TABLE `video_hls_key_token`;--> statement-breakpoint
DROP TABLE `video_hls_token_session`;