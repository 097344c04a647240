/// Finds the known word that a misspelt one may mean.
enum Spelling {
  /// The word that is nearest to one that is not known: one that begins with it, or at most two slips away.
  static func nearest(to word: String, among words: some Sequence<String>) -> String? {
    // A longer text is no misspelt word, and may be a whole file.
    guard word.utf8.count <= 64 else { return nil }
    let word = word.lowercased()
    // Two slips leave nothing of a short word.
    let limit = word.count < 4 ? 1 : 2
    var best: (word: String, distance: Int)?
    for candidate in words where !candidate.isEmpty {
      let beginsSo = word.count >= 2 && candidate.hasPrefix(word)
      // Each letter more or fewer is a slip.
      guard beginsSo || abs(word.count - candidate.count) <= limit else { continue }
      let distance = beginsSo ? 0 : distance(Array(word), Array(candidate))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// A question to put into an error, or nothing.
  static func suggestion(for word: String, among words: some Sequence<String>) -> String {
    nearest(to: word, among: words).map { "did you mean \($0)? " } ?? ""
  }

  /// The fewest insertions, deletions, replacements and exchanges of neighbours between two words (Damerau and
  /// Levenshtein, no part edited twice).
  static func distance(_ from: [Character], _ to: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...to.count)
    for row in from.indices {
      var current = [row + 1]
      for column in to.indices {
        let isSame = from[row] == to[column]
        var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      (before, last) = (last, current)
    }
    return last[to.count]
  }
}
