package io.godwit.spec;

import java.util.Set;

/** The kinds of migration that this version runs, with the keys that only they have. */
public enum Kind {
    CHAIN(Set.of("start_event_sequence", "end_event_sequence")),
    TENANT(KnownKeys.of(TenantOptions.class));

    private final Set<String> ownKeys;

    Kind(Set<String> ownKeys) {
        this.ownKeys = ownKeys;
    }

    /** The keys at the top of a spec that no other kind has. */
    Set<String> ownKeys() {
        return ownKeys;
    }
}
