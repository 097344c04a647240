/// A number with its noun, in the plural unless it is one.
package func counted(_ number: Int, _ noun: String) -> String {
  if number == 1 { return "1 \(noun)" }
  // Processes, switches.
  let needsVowel = ["s", "x", "z", "ch", "sh"].contains { noun.hasSuffix($0) }
  return "\(number) \(noun)\(needsVowel ? "es" : "s")"
}

/// Pages by their numbers, with the noun before them.
package func named(_ pages: Range<Int>) -> String {
  pages.count == 1 ? "page \(pages.lowerBound)" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
}

/// An offset in hexadecimal, with `0x` before it.
package func address(_ offset: some BinaryInteger) -> String { "0x" + hex(offset, width: 1) }

extension String {
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
