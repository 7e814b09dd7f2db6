package io.godwit.connector.postgres.replication;

import io.godwit.model.MigrationException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The columns of one row as pgoutput sent them, in the table's order. Nothing is decoded: where the
 * format is binary, the bytes are those of binary COPY. Keeps the message it was cut from.
 */
public final class Tuple {

    private static final int NULL = -1;

    private final byte[] message;
    private final int[] starts;
    private final int[] lengths;
    private final boolean[] text;

    private Tuple(byte[] message, int columns) {
        this.message = message;
        this.starts = new int[columns];
        this.lengths = new int[columns];
        this.text = new boolean[columns];
    }

    /** Reads as many columns as the message says from where it stands. */
    static Tuple read(ByteBuffer message) {
        Tuple tuple = new Tuple(message.array(), message.getShort());
        for (int i = 0; i < tuple.starts.length; i++) {
            byte format = message.get();
            switch (format) {
                case 'n' -> tuple.lengths[i] = NULL;
                case 't', 'b' -> {
                    int length = message.getInt();
                    tuple.text[i] = format == 't';
                    tuple.lengths[i] = length;
                    tuple.starts[i] = message.arrayOffset() + message.position();
                    message.position(message.position() + length);
                }
                default ->
                        throw MigrationException.fatal(
                                "pgoutput",
                                "Column "
                                        + i
                                        + " of an inserted row has the format "
                                        + PgOutputDecoder.printed(format)
                                        + ", where n, t or b was expected");
            }
        }
        return tuple;
    }

    public int columns() {
        return starts.length;
    }

    public boolean isNull(int column) {
        return lengths[column] == NULL;
    }

    /** It came as text: its type has no binary form, or binary was not asked for. */
    public boolean isText(int column) {
        return text[column];
    }

    /** Whether the column's bytes are these; NULL equals nothing. */
    public boolean holds(int column, byte[] value) {
        int start = starts[column];
        return !isNull(column)
                && Arrays.equals(message, start, start + lengths[column], value, 0, value.length);
    }

    /** A copy; null for NULL. */
    public byte[] value(int column) {
        return isNull(column)
                ? null
                : Arrays.copyOfRange(message, starts[column], starts[column] + lengths[column]);
    }

    /**
     * A row of binary COPY: the count of these columns, and of each the length and the bytes.
     *
     * @param order columns of this tuple; none of them may be text
     */
    public byte[] copyRow(int[] order) {
        int size = Short.BYTES;
        for (int column : order) {
            size += Integer.BYTES + Math.max(0, lengths[column]);
        }
        ByteBuffer row = ByteBuffer.allocate(size).putShort((short) order.length);
        for (int column : order) {
            if (text[column]) {
                throw new IllegalArgumentException("Column " + column + " came as text");
            }
            row.putInt(lengths[column]);
            if (!isNull(column)) {
                row.put(message, starts[column], lengths[column]);
            }
        }
        return row.array();
    }
}
