package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantRows;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a job does with the tail of a {@link LogicalTableLog}: takes what is ahead, then looks at
 * the head and reads up to there. Its target keeps rows by position; a restart takes both back to
 * the last checkpoint.
 */
final class LogicalReader implements AutoCloseable {

    private static final int PAGE = 100;

    private final TenantFlow flow;
    private final TreeMap<Long, String> target = new TreeMap<>();
    private Map<Long, String> checkpoint = Map.of();
    private long checkpointCursor;
    private long cursor;
    private long checked;
    private LogicalTableLog log;

    /**
     * @param cursor the first position that it does not have
     */
    LogicalReader(TenantFlow flow, long cursor) {
        this.flow = flow;
        this.cursor = cursor;
        this.checked = cursor - 1;
        checkpoint();
        open();
    }

    private void open() {
        log =
                new LogicalTableLog(
                        flow.sourceSpec(), flow.columns(), List.of(flow.tenant()), "test");
    }

    /**
     * One turn of the fetcher.
     *
     * @return whether there was anything
     */
    boolean turn() {
        List<StoredEvent> ahead = log.ahead(0, cursor, PAGE);
        for (StoredEvent event : ahead) {
            assertThat(event.isMark()).isFalse();
            assertThat(event.sequence()).as("a row moves no cursor").isZero();
            put(event.row());
        }
        long head = log.head(0);
        if (head < cursor) {
            return !ahead.isEmpty();
        }
        List<StoredEvent> page = log.read(0, new SequenceRange(cursor, head + 1), PAGE, true);
        assertThat(page).singleElement().matches(StoredEvent::isMark);
        cursor = page.get(0).sequence() + 1;
        return true;
    }

    private void put(byte[] row) {
        String hex = HexFormat.of().formatHex(row);
        String before = target.put(RowField.position(row), hex);
        assertThat(before == null || before.equals(hex))
                .as("a row that comes again is the same: " + before + ", " + hex)
                .isTrue();
    }

    /** Every row that the source has up to the cursor is there. */
    void checkComplete() {
        List<Long> missing = new ArrayList<>();
        for (long position : positions()) {
            if (position > checked && position < cursor && !target.containsKey(position)) {
                missing.add(position);
            }
        }
        assertThat(missing).as("missing below the cursor " + cursor).isEmpty();
        checked = cursor - 1;
    }

    private List<Long> positions() {
        PostgresDatabase source = flow.source();
        return TenantRows.positions(source, flow.mapping(), flow.tenant());
    }

    void checkpoint() {
        checkpoint = Map.copyOf(target);
        checkpointCursor = cursor;
    }

    /** The job is killed, and begins again from its checkpoint. */
    void restart() {
        close();
        target.clear();
        target.putAll(checkpoint);
        cursor = checkpointCursor;
        checked = Math.min(checked, cursor - 1);
        open();
    }

    long cursor() {
        return cursor;
    }

    TreeMap<Long, String> target() {
        return target;
    }

    @Override
    public void close() {
        log.close();
    }
}
