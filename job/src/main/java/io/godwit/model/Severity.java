package io.godwit.model;

/** How bad an error is, as the seeds list it. */
public enum Severity {
    CRITICAL,
    ERROR,
    WARNING,
    INFO
}
