package io.godwit.job;

/**
 * What a repair did, in words.
 *
 * @param found the differences before it
 * @param done what was rewritten, and what is left
 */
public record Repaired(String found, String done) {}
