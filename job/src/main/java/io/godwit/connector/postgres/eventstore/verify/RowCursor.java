package io.godwit.connector.postgres.eventstore.verify;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a query one key after another; a page of them is in memory, whatever their number. Rows
 * with the same key, which only a damaged or partitioned store has, come together.
 */
final class RowCursor implements AutoCloseable {

    private static final int FIXED_COLUMNS = 6;

    private final PreparedStatement statement;
    private final ResultSet rows;
    private final int values;
    private Row next;

    /**
     * @param statement not in autocommit, or the driver would read everything at once
     * @param values how many columns come after those that every query has
     */
    RowCursor(PreparedStatement statement, int values, int page) throws SQLException {
        this.statement = statement;
        this.values = values;
        statement.setFetchSize(page);
        this.rows = statement.executeQuery();
        advance();
    }

    /** Of the rows to come; null at the end. */
    String key() {
        return next == null ? null : next.key();
    }

    /** All rows with the next key. */
    List<Row> take() throws SQLException {
        List<Row> group = new ArrayList<>(1);
        String key = next.key();
        do {
            group.add(next);
            advance();
        } while (next != null && next.key().equals(key));
        return group;
    }

    private void advance() throws SQLException {
        if (!rows.next()) {
            next = null;
            return;
        }
        String[] texts = new String[values];
        for (int i = 0; i < values; i++) {
            texts[i] = rows.getString(FIXED_COLUMNS + 1 + i);
        }
        next =
                new Row(
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getObject(5, Long.class),
                        rows.getBoolean(6),
                        texts);
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
