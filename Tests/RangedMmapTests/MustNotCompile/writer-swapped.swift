import RangedMmap

// Nor are two exchanged.
#if TWIN
func fill(_ file: MmapFile, _ low: consuming AllocatedRange) throws {
  _ = try file.write(to: low) { writer in writer.append(1) }
}
#else
func fill(_ file: MmapFile, _ low: consuming AllocatedRange, _ high: consuming AllocatedRange) throws {
  var other: AllocatedRange? = consume high
  _ = try file.write(to: low) { first in
    if let high = other.take() { _ = try file.write(to: high) { second in swap(&first, &second) } }
    // expected-error@-1 {{global function 'swap' requires that 'RangeWriter' conform to 'Escapable'}}
    // expected-error@-2 {{cannot pass immutable value as inout argument: 'first' is a 'let' constant}}
    // expected-error@-3 {{cannot pass immutable value as inout argument: 'second' is a 'let' constant}}
  }
}
#endif
