/// A number with its noun, in the plural unless it is one.
package func counted(_ number: Int, _ noun: String) -> String {
  if number == 1 { return "1 \(noun)" }
  // A hiss at the end takes a vowel before the s: processes, switches.
  let hisses = ["s", "x", "z", "ch", "sh"].contains { noun.hasSuffix($0) }
  return "\(number) \(noun)\(hisses ? "es" : "s")"
}

/// Pages by their numbers, with the noun before them.
func named(_ pages: Range<Int>) -> String {
  pages.count == 1 ? "page \(pages.lowerBound)" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
}
