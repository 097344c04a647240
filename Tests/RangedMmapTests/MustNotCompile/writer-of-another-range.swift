import RangedMmap

// The writer of one range does not take the place of that of another.
#if TWIN
func fill(_ file: MmapFile, _ low: consuming AllocatedRange, _ high: consuming AllocatedRange) throws {
  _ = try file.write(to: low) { writer in writer.append(1) }
  _ = try file.write(to: high) { writer in writer.append(2) }
}
#else
func fill(_ file: MmapFile, _ low: consuming AllocatedRange, _ high: consuming AllocatedRange) throws {
  var other: AllocatedRange? = consume high
  _ = try file.write(to: low) { writer in
    var first = writer
    // expected-error@-1 {{lifetime-dependent variable 'first' escapes its scope}}
    if let high = other.take() { _ = try file.write(to: high) { first = $0 } }
    // expected-note@-1 {{it depends on the lifetime of argument '$0'}}
    // expected-note@-2 {{this use causes the lifetime-dependent value to escape}}
    first.append(1)
  }
}
#endif
