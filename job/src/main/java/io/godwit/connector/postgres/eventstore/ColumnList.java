package io.godwit.connector.postgres.eventstore;

import java.util.List;
import java.util.stream.Collectors;

/** Columns as SQL lists them: quoted, with commas between. */
final class ColumnList {

    private ColumnList() {}

    static String of(List<String> columns) {
        return columns.stream().map(EventStoreMapping::quoted).collect(Collectors.joining(", "));
    }

    /** A table and these columns of it, as after INSERT INTO or COPY. */
    static String in(String quotedTable, List<String> columns) {
        return quotedTable + " (" + of(columns) + ")";
    }
}
