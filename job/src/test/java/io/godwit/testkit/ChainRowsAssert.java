package io.godwit.testkit;

import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Compares rows and tells the first differences instead of both databases. */
public final class ChainRowsAssert extends AbstractAssert<ChainRowsAssert, ChainRows> {

    private static final int SHOWN = 20;

    ChainRowsAssert(ChainRows actual) {
        super(actual, ChainRowsAssert.class);
    }

    @Override
    public ChainRowsAssert isEqualTo(Object expected) {
        isNotNull();
        if (!(expected instanceof ChainRows rows)) {
            throw failure("Expected ChainRows to compare with, not %s", expected);
        }
        List<String> differences = actual.differencesFrom(rows);
        if (!differences.isEmpty()) {
            String more =
                    differences.size() > SHOWN
                            ? "\n  ... and " + (differences.size() - SHOWN) + " more"
                            : "";
            throw failure(
                    "Expected: %s%nActual:   %s%n%d differences:%n  %s%s",
                    rows,
                    actual,
                    differences.size(),
                    String.join(
                            "\n  ", differences.subList(0, Math.min(SHOWN, differences.size()))),
                    more);
        }
        return this;
    }
}
