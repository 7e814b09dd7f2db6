package io.godwit.verify;

import io.godwit.port.TargetView;
import io.godwit.port.TargetView.Sides;
import io.godwit.port.TargetViewFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Compares a bounded stream of the source's events with the target, page by page, and emits one
 * {@link Tally} at its end. It writes nothing, so a failed comparison is simply run again.
 */
public final class CompareOperator<E> extends AbstractStreamOperator<Tally>
        implements OneInputStreamOperator<E, Tally>, BoundedOneInput {

    private static final int PAGE = 1000;

    /** Of a missing row: enough to find it, its type, height and hash. */
    private static final int NAMED_COLUMNS = 3;

    private final TargetViewFactory<E> views;
    private final Level level;
    private transient TargetView<E> view;
    private transient List<E> page;
    private transient Tally tally;

    public CompareOperator(TargetViewFactory<E> views, Level level) {
        this.views = views;
        this.level = level;
    }

    @Override
    public void open() throws Exception {
        super.open();
        view = views.open();
        page = new ArrayList<>(PAGE);
        tally = Tally.none();
    }

    @Override
    public void processElement(StreamRecord<E> event) {
        page.add(event.getValue());
        if (page.size() == PAGE) {
            comparePage();
        }
    }

    @Override
    public void endInput() {
        comparePage();
        output.collect(new StreamRecord<>(tally));
    }

    private void comparePage() {
        if (page.isEmpty()) {
            return;
        }
        tally =
                tally.plus(
                        switch (level) {
                            case COUNT -> count();
                            case HASH -> hash();
                            case FULL -> differences(view.compare(page));
                        });
        page.clear();
    }

    /** Counts first; only a page that lacks something is looked at row by row, to name it. */
    private Tally count() {
        if (view.count(page) == page.size()) {
            return new Tally(page.size(), 0, 0, new String[0]);
        }
        List<String> missing =
                view.compare(page).stream()
                        .filter(Sides::missing)
                        .map(CompareOperator::name)
                        .toList();
        return new Tally(page.size(), missing.size(), 0, firstOf(missing));
    }

    private Tally hash() {
        MultisetDigest source = new MultisetDigest();
        MultisetDigest target = new MultisetDigest();
        List<Sides> sides = view.compare(page);
        for (Sides row : sides) {
            source.add(keyed(row.key(), row.expected()));
            if (!row.missing()) {
                target.add(keyed(row.key(), row.actual()));
            }
        }
        return source.hex().equals(target.hex())
                ? new Tally(page.size(), 0, 0, new String[0])
                : differences(sides);
    }

    /** With its key: two rows that exchanged their content are a difference. */
    private static List<String> keyed(String key, List<String> form) {
        List<String> row = new ArrayList<>(List.of(key));
        row.addAll(form);
        return row;
    }

    private static Tally differences(List<Sides> sides) {
        List<Sides> unequal = sides.stream().filter(s -> !s.equal()).toList();
        long missing = unequal.stream().filter(Sides::missing).count();
        return new Tally(
                sides.size(),
                missing,
                unequal.size() - missing,
                firstOf(unequal.stream().map(CompareOperator::name).toList()));
    }

    private static String name(Sides sides) {
        if (sides.missing()) {
            return sides.key()
                    + ": missing in the target; the source has "
                    + String.join(", ", sides.expected().stream().limit(NAMED_COLUMNS).toList());
        }
        List<String> columns = new ArrayList<>();
        int most = Math.max(sides.expected().size(), sides.actual().size());
        for (int i = 0; i < most; i++) {
            String expected = column(sides.expected(), i);
            String actual = column(sides.actual(), i);
            if (!expected.equals(actual)) {
                columns.add("source " + expected + ", target " + actual);
            }
        }
        return sides.key() + ": " + String.join("; ", columns);
    }

    private static String column(List<String> form, int index) {
        return index < form.size() ? form.get(index) : "nothing";
    }

    private static String[] firstOf(List<String> names) {
        return names.stream().limit(Tally.NAMED).toArray(String[]::new);
    }

    @Override
    public void close() throws Exception {
        if (view != null) {
            view.close();
        }
        super.close();
    }
}
