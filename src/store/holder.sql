-- Account of who had the case when words were said: they are told to him, whatever became of the case since.
ALTER TABLE desk_event ADD COLUMN holder TEXT;
