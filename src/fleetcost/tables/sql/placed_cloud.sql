-- Integration and window of a file's rows, as `placed` says them of sets.
$integrations[(file_index + 1)::BIGINT] AS integration,
    $starts[(file_index + 1)::BIGINT] AS window_start,
    $ends[(file_index + 1)::BIGINT] AS window_end
