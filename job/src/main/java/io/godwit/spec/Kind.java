package io.godwit.spec;

/** The kinds of migration that this version runs. */
public enum Kind {
    CHAIN
}
