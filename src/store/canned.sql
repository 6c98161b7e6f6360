-- The group that a reply kept ready is for, beside its division; none: all. Those from before are for all.
ALTER TABLE desk_canned ADD COLUMN desk_group TEXT;
