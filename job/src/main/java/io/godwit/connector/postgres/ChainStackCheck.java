package io.godwit.connector.postgres;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Replays the event log of the target as the stack machine it is: ADDED pushes one above the tip
 * and links to the nearest block below that is not skipped, REMOVED pops the tip. In constant
 * memory: of a deep stack only the upper part is kept, and what was below is looked up when a reorg
 * reaches it.
 */
final class ChainStackCheck {

    private static final int KEPT = 100_000;

    private final Connection connection;
    private final int tag;
    private final Deque<Entry> stack = new ArrayDeque<>();
    private boolean deeper;

    private record Entry(long sequence, long height, String hash, boolean skipped) {}

    /**
     * @param connection with autocommit off: the log is read through a cursor
     */
    ChainStackCheck(Connection connection, int tag) {
        this.connection = connection;
        this.tag = tag;
    }

    /**
     * @return the last sequence, 0 for an empty log
     * @throws MigrationException FATAL at the first event that does not fit, with both events' ids
     */
    long run() throws SQLException {
        String sql =
                """
                SELECT e.event_sequence, e.event_type = 'BLOCK_ADDED', e.height,
                       coalesce(e.hash, ''), b.skipped, coalesce(b.parent_hash, ''),
                       b.parent_height, e.event_type::text
                FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id
                WHERE e.event_tag = ? ORDER BY e.event_sequence
                """;
        long last = 0;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, tag);
            statement.setFetchSize(10_000);
            try (ResultSet r = statement.executeQuery()) {
                while (r.next()) {
                    Entry entry =
                            new Entry(r.getLong(1), r.getLong(3), r.getString(4), r.getBoolean(5));
                    if (entry.sequence != last + 1) {
                        throw broken(last, entry, "sequences have no gap");
                    }
                    if (r.getString(8).equals("UNKNOWN")) {
                        throw broken(last, entry, "every event is an ADDED or a REMOVED");
                    }
                    if (r.getBoolean(2)) {
                        push(entry, r.getString(6), r.getLong(7));
                    } else {
                        pop(entry);
                    }
                    last = entry.sequence;
                }
            }
        }
        return last;
    }

    private void push(Entry entry, String parentHash, long parentHeight) throws SQLException {
        Entry tip = tip(entry);
        if (tip != null) {
            if (entry.height != tip.height + 1) {
                throw broken(tip.sequence, entry, "an added block stands one above the tip");
            }
            Entry parent = entry.skipped || parentHash.isEmpty() ? null : parent();
            if (parent != null
                    && (!parent.hash.equals(parentHash)
                            || (parentHeight != 0 && parentHeight != parent.height))) {
                throw broken(
                        parent.sequence, entry, "an added block names the block below as parent");
            }
        }
        stack.push(entry);
        if (stack.size() > 2 * KEPT) {
            while (stack.size() > KEPT) {
                stack.removeLast();
            }
            deeper = true;
        }
    }

    private void pop(Entry entry) throws SQLException {
        Entry tip = tip(entry);
        if (tip == null || tip.height != entry.height || !tip.hash.equals(entry.hash)) {
            throw broken(tip == null ? 0 : tip.sequence, entry, "only the tip can be removed");
        }
        stack.pop();
    }

    private Entry tip(Entry next) throws SQLException {
        if (stack.isEmpty() && deeper) {
            long height = next.height;
            Entry below = newestAt(height, next.sequence);
            Entry lower = below == null ? newestAt(height - 1, next.sequence) : below;
            if (lower != null) {
                stack.push(lower);
            }
        }
        return stack.peek();
    }

    /**
     * The stack's entry at a height is the newest ADDED there: a newer REMOVED would have popped
     * it.
     */
    private Entry newestAt(long height, long before) throws SQLException {
        String sql =
                """
                SELECT e.event_sequence, e.height, coalesce(e.hash, ''), b.skipped,
                       e.event_type = 'BLOCK_ADDED'
                FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id
                WHERE e.event_tag = ? AND e.height = ? AND e.event_sequence < ?
                ORDER BY e.event_sequence DESC LIMIT 1
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, tag);
            statement.setLong(2, height);
            statement.setLong(3, before);
            try (ResultSet r = statement.executeQuery()) {
                return r.next() && r.getBoolean(5)
                        ? new Entry(r.getLong(1), r.getLong(2), r.getString(3), r.getBoolean(4))
                        : null;
            }
        }
    }

    /** The nearest entry below that is not skipped; null when none is known. */
    private Entry parent() {
        for (Iterator<Entry> entries = stack.iterator(); entries.hasNext(); ) {
            Entry entry = entries.next();
            if (!entry.skipped) {
                return entry;
            }
        }
        return null;
    }

    private MigrationException broken(long before, Entry entry, String rule) {
        return MigrationException.fatal(
                "event tag " + tag + ", sequence " + entry.sequence,
                "The target's event log of tag "
                        + tag
                        + " is no valid stack ("
                        + rule
                        + "): event "
                        + entry.sequence
                        + " (height "
                        + entry.height
                        + ", hash '"
                        + entry.hash
                        + "') does not fit event "
                        + before);
    }
}
