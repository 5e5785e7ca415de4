-- The labels of sets' rows, each with the number they are joined by. {sets}: the rows; {label_set}: their number.
SELECT {label_set} AS label_set, labels, annotations, namespace_labels, namespace_annotations, services FROM {sets}
