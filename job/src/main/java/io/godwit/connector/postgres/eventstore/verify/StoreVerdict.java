package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.spec.VerificationLevel;
import java.io.Serializable;
import java.util.List;

/**
 * What a comparison of two stores found.
 *
 * @param matched nothing differs at this level
 * @param compared rows of the source
 * @param missing of those, not in the target
 * @param extra rows of the target that the source does not have
 * @param different rows that both have, with other content or in another order; at COUNT, streams
 *     whose counts differ
 * @param named the first differences by position, at most {@link #NAMED}
 */
public record StoreVerdict(
        VerificationLevel level,
        boolean matched,
        long compared,
        long missing,
        long extra,
        long different,
        List<Difference> named)
        implements Serializable {

    public static final int NAMED = 20;

    public StoreVerdict {
        named = List.copyOf(named);
        if (matched != (missing + extra + different == 0)) {
            throw new IllegalArgumentException(
                    "matched is "
                            + matched
                            + " with "
                            + (missing + extra + different)
                            + " differences");
        }
    }

    /** How many there are beside the named ones. */
    public long notNamed() {
        return missing + extra + different - named.size();
    }

    @Override
    public String toString() {
        if (matched) {
            return level + ": " + compared + " events match";
        }
        return level
                + ": of "
                + compared
                + " events "
                + missing
                + " missing, "
                + different
                + " different; "
                + extra
                + " extra in the target";
    }
}
