package io.godwit.spec;

/** {@code verification_level}: how closely source and target are compared before a cutover. */
public enum VerificationLevel {
    COUNT,
    HASH,
    FULL
}
