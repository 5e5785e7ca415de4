-- Keep the label sets that are new.
INSERT INTO label_set BY NAME
SELECT n.* FROM new_label_set AS n ANTI JOIN label_set AS o ON o.label_set = n.label_set;
