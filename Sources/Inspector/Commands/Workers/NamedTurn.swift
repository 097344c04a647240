/// Turns of one worker in a row, as `workers turn` names them.
package struct NamedTurn: Sendable, Equatable, CustomStringConvertible {
  /// What the worker does with its turns.
  package enum Operation: Sendable, Equatable {
    /// It carries out so many phases.
    case advances(Int)
    /// It ends, and what it holds comes back to be written anew.
    case leaves
  }

  package let worker: Int
  package let operation: Operation

  /// The same, one phase each.
  var singles: [NamedTurn] {
    guard case .advances(let count) = operation else { return [self] }
    return Array(repeating: NamedTurn(worker: worker, operation: .advances(1)), count: count)
  }

  /// The turn as it is written in a command: `3`, `3x5` or `3!`.
  package var description: String {
    switch operation {
    case .advances(1): "\(worker)"
    case .advances(let count): "\(worker)x\(count)"
    case .leaves: "\(worker)!"
    }
  }
}

extension Parameter where Value == [NamedTurn] {
  static var turns: Self {
    let kind = ArgumentKind(
      "TURN", "turn", "a worker's number for its next phase, 3x5 for five of them, or 3! to end it there")
    return Parameter(kind, .repeated) { arguments throws(SyntaxError) in
      var turns: [NamedTurn] = []
      for word in [try arguments.required(kind)] + arguments.rest({ _ in kind }) {
        guard let turn = NamedTurn(word.text) else {
          throw SyntaxError(
            "\(word) is no turn: write 3 for the next phase of worker 3, 3x5 for five, or 3! to end it",
            at: word.columns)
        }
        turns.append(turn)
      }
      return turns
    }
  }
}

extension NamedTurn {
  /// Reads a turn as it is written in a command; `nil` if it is none.
  init?(_ text: String) {
    func number(_ digits: Substring) -> Int? {
      digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits).flatMap { $0 > 0 ? $0 : nil } : nil
    }
    if text.last == "!", let worker = number(text.dropLast()) {
      self.init(worker: worker, operation: .leaves)
      return
    }
    let parts = text.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.compactMap(number)
    guard let worker = numbers.first, numbers.count == parts.count else { return nil }
    self.init(worker: worker, operation: .advances(numbers.count > 1 ? numbers[1] : 1))
  }
}
