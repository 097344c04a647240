import RangedMmap

// No global variable keeps one.
#if TWIN
@MainActor var count = 0
@MainActor func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in count = writer.capacity }
}
#else
@MainActor var kept: RangeWriter?
@MainActor func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in kept = writer }
  // expected-error@-1 {{lifetime-dependent variable 'writer' escapes its scope}}
  // expected-note@-2 {{it depends on the lifetime of argument 'writer'}}
  // expected-note@-3 {{this use causes the lifetime-dependent value to escape}}
}
#endif
