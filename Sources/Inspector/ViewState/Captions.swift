/// The captions that were shown, and which of them is to be seen: as a rule the last.
package struct Captions: Sendable {
  /// A caption, and what the presenter has noted on it.
  package struct Caption: Sendable, Equatable {
    package let text: String
    /// Which of its script's captions it is, from 1 on, and how many they are; `nil` where it was not read from one.
    package fileprivate(set) var place: Place?
    package fileprivate(set) var notes: [String] = []
  }

  package struct Place: Sendable, Equatable {
    package let number: Int
    package let count: Int
    /// The longest of them: so much room the box has from the first on, so that nothing moves from one to the next.
    package let longest: String
    /// The longest together with its notes, which come after its text.
    package let longestWithNotes: [String]
  }

  private var shown: [Caption] = []
  // Of `shown`; its end where none is to be seen.
  private var index = 0
  // Whether the last was taken away.
  private var isCleared = true

  // More than a person goes back; half of them go at a time, so that each costs the same.
  private static let limit = 1000

  /// What is to be seen.
  package var current: Caption? { index < shown.count ? shown[index] : nil }
  /// Whether a later one was shown already.
  package var isEarlier: Bool { index < present }
  package var hasEarlier: Bool { index > 0 }

  private var present: Int { isCleared ? shown.count : shown.count - 1 }

  mutating func show(_ text: String) {
    guard !text.isEmpty else {
      (isCleared, index) = (true, shown.count)
      return
    }
    shown.append(Caption(text: text))
    if shown.count > Self.limit { shown.removeFirst(Self.limit / 2) }
    (isCleared, index) = (false, shown.count - 1)
  }

  /// Takes a note on the last caption; where there is none, it has a place of its own.
  mutating func note(_ text: String) {
    if isCleared {
      shown.append(Caption(text: ""))
      (isCleared, index) = (false, shown.count - 1)
    }
    shown[shown.count - 1].notes.append(text)
  }

  /// Takes where in its script the last caption stands.
  mutating func place(_ place: Place) {
    if !isCleared { shown[shown.count - 1].place = place }
  }

  /// Whether there was one to go to.
  mutating func goBack() -> Bool {
    guard hasEarlier else { return false }
    index -= 1
    return true
  }

  mutating func goForward() -> Bool {
    guard isEarlier else { return false }
    index += 1
    return true
  }

  mutating func goToPresent() { index = present }
}
