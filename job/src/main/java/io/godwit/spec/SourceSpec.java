package io.godwit.spec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/** The {@code source:} of a spec. An open set: {@code type} names a connector's record. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface SourceSpec extends Serializable {}
