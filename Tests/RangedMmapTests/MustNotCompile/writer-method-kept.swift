import RangedMmap

// Neither does a method of it.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in writer.append(1) }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  var kept: (UInt8) -> Void = { _ in }
  _ = try file.write(to: range) { writer in kept = writer.append }
  // expected-error@-1 {{lifetime-dependent variable 'self' escapes its scope}}
  // expected-note@-2 {{it depends on the lifetime of argument 'self'}}
  // expected-note@-3 {{this use causes the lifetime-dependent value to escape}}
  kept(1)
}
#endif
