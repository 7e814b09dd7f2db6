package io.godwit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.port.TargetView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CompareOperatorTest {

    private static final int EVENTS = 2500;

    private final Rows target = new Rows();

    /** A target of numbered rows; each should have three columns that follow from its number. */
    private static final class Rows implements TargetView<Integer> {
        private final Map<Integer, List<String>> rows = new HashMap<>();
        private final List<Integer> pages = new ArrayList<>();
        private int rowsLookedAt;
        private boolean closed;

        static List<String> form(int number) {
            return List.of("type=ADDED", "height=" + number, "hash=h" + number, "size=" + number);
        }

        @Override
        public List<Sides> compare(List<Integer> events) {
            rowsLookedAt += events.size();
            return events.stream()
                    .map(number -> new Sides("event " + number, form(number), rows.get(number)))
                    .toList();
        }

        @Override
        public long count(List<Integer> events) {
            pages.add(events.size());
            return events.stream().filter(rows::containsKey).count();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private void fill() {
        for (int number = 0; number < EVENTS; number++) {
            target.rows.put(number, Rows.form(number));
        }
    }

    private Tally compare(Level level) throws Exception {
        return compare(level, EVENTS);
    }

    private Tally compare(Level level, int events) throws Exception {
        OneInputStreamOperatorTestHarness<Integer, Tally> harness =
                new OneInputStreamOperatorTestHarness<>(new CompareOperator<>(() -> target, level));
        harness.open();
        for (int number = 0; number < events; number++) {
            harness.processElement(number, 0);
        }
        assertThat(harness.extractOutputValues()).as("before the end").isEmpty();
        harness.endInput();
        List<Tally> tallies = harness.extractOutputValues();
        harness.close();
        assertThat(tallies).hasSize(1);
        return tallies.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void equalStoresMatchOnEveryLevel(Level level) throws Exception {
        fill();
        Tally tally = compare(level);
        assertThat(tally.matched()).isTrue();
        assertThat(tally.compared()).isEqualTo(EVENTS);
        assertThat(tally.named()).isEmpty();
        assertThat(target.closed).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void missingRowIsFoundAndNamedOnEveryLevel(Level level) throws Exception {
        fill();
        target.rows.remove(0);
        target.rows.remove(EVENTS - 1);
        Tally tally = compare(level);
        assertThat(tally.compared()).isEqualTo(EVENTS);
        assertThat(tally.missing()).isEqualTo(2);
        assertThat(tally.different()).isZero();
        assertThat(tally.named())
                .containsExactly(
                        "event 0: missing in the target; the source has type=ADDED, height=0, hash=h0",
                        "event 2499: missing in the target; the source has type=ADDED, height=2499,"
                                + " hash=h2499");
    }

    @ParameterizedTest
    @EnumSource(names = "COUNT", mode = EnumSource.Mode.EXCLUDE)
    void differentColumnIsFoundAndNamed(Level level) throws Exception {
        fill();
        target.rows.put(1234, List.of("type=ADDED", "height=1234", "hash=other", "size=0"));
        Tally tally = compare(level);
        assertThat(tally.different()).isEqualTo(1);
        assertThat(tally.missing()).isZero();
        assertThat(tally.named())
                .containsExactly(
                        "event 1234: source hash=h1234, target hash=other;"
                                + " source size=1234, target size=0");
    }

    @Test
    void countMissesDifferentContentAsItSays() throws Exception {
        fill();
        target.rows.put(1234, List.of("another row"));
        assertThat(compare(Level.COUNT).matched()).isTrue();
    }

    @Test
    void countLooksOnlyAtRowsOfPagesThatLackSomething() throws Exception {
        fill();
        target.rows.remove(1500);
        compare(Level.COUNT);
        assertThat(target.pages).containsExactly(1000, 1000, 500);
        assertThat(target.rowsLookedAt).isEqualTo(1000);
    }

    @ParameterizedTest
    @EnumSource(names = "COUNT", mode = EnumSource.Mode.EXCLUDE)
    void rowsThatExchangedTheirContentDoNotMatch(Level level) throws Exception {
        fill();
        target.rows.put(1, Rows.form(2));
        target.rows.put(2, Rows.form(1));
        assertThat(compare(level).different()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = "COUNT", mode = EnumSource.Mode.EXCLUDE)
    void columnTheTargetHasMoreIsNamedToo(Level level) throws Exception {
        fill();
        List<String> more = new ArrayList<>(Rows.form(3));
        more.add("extra=1");
        target.rows.put(3, more);
        assertThat(compare(level).named()).hasSize(1).first().asString().contains("extra=1");
    }

    @ParameterizedTest
    @EnumSource
    void emptyTargetMissesEverythingAndNamesTheFirst(Level level) throws Exception {
        Tally tally = compare(level);
        assertThat(tally.missing()).isEqualTo(EVENTS);
        assertThat(tally.named()).hasSize(Tally.NAMED);
    }

    @Test
    void comparisonOfNothingIsOneEmptyTally() throws Exception {
        assertThat(compare(Level.FULL, 0).compared()).isZero();
    }
}
