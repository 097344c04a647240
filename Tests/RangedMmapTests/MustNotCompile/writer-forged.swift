import RangedMmap

// Writers come from a write alone.
#if TWIN
func fill(_ writer: RangeWriter) { writer.append(1) }
#else
func fill(_ memory: UnsafeMutableRawBufferPointer, _ position: UnsafeMutablePointer<Int>) {
  RangeWriter(memory, position).append(1)
  // expected-error@-1 {{'RangeWriter' initializer is inaccessible due to 'internal' protection level}}
}
#endif
