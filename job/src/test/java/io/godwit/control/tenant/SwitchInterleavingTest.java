package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.control.tenant.SwitchModel.Rules;
import io.godwit.control.tenant.SwitchWorld.Writer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of writers, a stale router, the tail, the coordinator, its crash between any
 * two steps, the server's time-out and a lost answer to COMMIT, with the real decider. And that the
 * ways to get it wrong that are known to lose events (facts: cutover-protocol) are seen.
 */
final class SwitchInterleavingTest {

    private static final int WRITERS = 3;
    private static final int CRASHES = 2;
    private static final int ATTEMPTS = 2;

    /**
     * @param worlds how many there are
     * @param wrong what is wrong in any of them
     * @param stuck worlds that nothing leads out of, although a writer still waits
     * @param switched whether the tenant can end in the target
     * @param stayed whether it can end in the source, with every writer served
     */
    private record Explored(
            int worlds, Set<String> wrong, int stuck, boolean switched, boolean stayed) {}

    private static Explored explore(Rules rules, int stale) {
        SwitchModel model = new SwitchModel(rules);
        Set<SwitchWorld> seen = new HashSet<>();
        Deque<SwitchWorld> open = new ArrayDeque<>();
        SwitchWorld first = model.begin(WRITERS, stale, CRASHES, ATTEMPTS);
        seen.add(first);
        open.add(first);
        Set<String> wrong = new TreeSet<>();
        int stuck = 0;
        boolean switched = false;
        boolean stayed = false;
        while (!open.isEmpty()) {
            SwitchWorld world = open.remove();
            wrong.addAll(world.wrong());
            List<SwitchWorld> next = model.next(world);
            if (next.isEmpty()) {
                boolean moved = world.source().moved();
                if (!world.writers().stream().allMatch(Writer::served)) {
                    stuck++;
                }
                switched |= world.target().open();
                stayed |= !moved;
                if (!moved && world.missing() != 0) {
                    wrong.add("the tail ends before it has applied everything");
                }
            }
            for (SwitchWorld reached : next) {
                if (seen.add(reached)) {
                    open.add(reached);
                }
            }
        }
        return new Explored(seen.size(), wrong, stuck, switched, stayed);
    }

    @Test
    void noInterleavingLosesDoublesOrBlocks() {
        Explored all = explore(Rules.REAL, 1);

        assertThat(all.wrong()).isEmpty();
        assertThat(all.stuck()).isZero();
        assertThat(all.switched()).isTrue();
        assertThat(all.stayed()).isTrue();
        assertThat(all.worlds()).isGreaterThan(50_000);
    }

    @Test
    void anEndThatIsReadBeforeTheLockIsSeen() {
        Explored all =
                explore(
                        Rules.with(
                                state ->
                                        state.where() == Whereabouts.HERE && state.end().isEmpty()
                                                ? SwitchAction.READ_END
                                                : SwitchDecider.next(state)),
                        0);

        assertThat(all.wrong())
                .contains("the tenant has moved, and an event of the source is not in the target");
    }

    @Test
    void aTriggerWithoutTheLockIsSeen() {
        Explored all = explore(new Rules(false, true, true, true, SwitchDecider::next), 0);

        assertThat(all.wrong())
                .contains("the tenant has moved, and an event of the source is not in the target");
    }

    @Test
    void aRouteReadUnderAnOldSnapshotIsSeen() {
        Explored all = explore(new Rules(true, false, true, true, SwitchDecider::next), 0);

        assertThat(all.wrong())
                .contains("the tenant has moved, and an event of the source is not in the target");
    }

    @Test
    void aDrainThatIsSkippedIsSeen() {
        Explored all =
                explore(
                        Rules.with(
                                state -> {
                                    SwitchAction next = SwitchDecider.next(state);
                                    SwitchAction instead =
                                            state.moved() ? SwitchAction.COMMIT : SwitchAction.MOVE;
                                    return next == SwitchAction.DRAIN ? instead : next;
                                }),
                        0);

        assertThat(all.wrong())
                .contains("the tenant has moved, and an event of the source is not in the target");
    }

    @Test
    void aCursorThatTheDrainMovesIsSeen() {
        Explored all = explore(new Rules(true, true, false, true, SwitchDecider::next), 0);

        assertThat(all.wrong()).contains("the tail is past an event that it has not applied");
    }

    @Test
    void aRouteThatIsTrustedWhileACommitIsUnderWayIsSeen() {
        Explored all = explore(new Rules(true, true, true, false, SwitchDecider::next), 0);

        assertThat(all.stuck()).as("writers that nobody lets in anywhere").isPositive();
    }

    @Test
    void aTargetThatOpensBeforeTheCommitIsSeen() {
        Explored all =
                explore(
                        Rules.with(
                                state ->
                                        state.moved() && !state.expired()
                                                ? SwitchAction.OPEN
                                                : SwitchDecider.next(state)),
                        0);

        assertThat(all.wrong()).contains("the target is open and the route has not moved");
    }
}
