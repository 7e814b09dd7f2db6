package io.godwit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TallyTest {

    private static Tally of(long compared, long missing, long different, String... first) {
        return new Tally(compared, missing, different, first);
    }

    @Test
    void talliesAddUpAndNameTheFirstDifferencesOfBoth() {
        Tally sum = of(10, 1, 0, "a").plus(of(5, 0, 2, "b", "c"));
        assertThat(sum.compared()).isEqualTo(15);
        assertThat(sum.missing()).isEqualTo(1);
        assertThat(sum.different()).isEqualTo(2);
        assertThat(sum.named()).containsExactly("a", "b", "c");
    }

    @Test
    void onlyTheFirstAreNamedAndAllAreCounted() {
        String[] names = IntStream.range(0, 15).mapToObj(i -> "x" + i).toArray(String[]::new);
        String[] others = IntStream.range(0, 15).mapToObj(i -> "y" + i).toArray(String[]::new);
        Tally sum = of(100, 15, 0, names).plus(of(100, 15, 0, others));
        assertThat(sum.named()).hasSize(Tally.NAMED).startsWith("x0").endsWith("y4");
        assertThat(sum.missing()).isEqualTo(30);
    }

    @Test
    void itMatchesOnlyWhenNothingIsMissingOrDifferent() {
        assertThat(Tally.none().matched()).isTrue();
        assertThat(of(7, 0, 0).matched()).isTrue();
        assertThat(of(7, 1, 0).matched()).isFalse();
        assertThat(of(7, 0, 1).matched()).isFalse();
    }

    @Test
    void differencesThatAreOfNoEventCountToo() {
        Tally tally = of(7, 0, 0).withOther(List.of("a foreign row"));
        assertThat(tally.matched()).isFalse();
        assertThat(tally.compared()).isEqualTo(7);
        assertThat(tally.different()).isEqualTo(1);
        assertThat(tally.named()).containsExactly("a foreign row");
        assertThat(of(7, 0, 0).withOther(List.of()).matched()).isTrue();
    }
}
