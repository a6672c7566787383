//! Folding of names, so that equal names are equal whatever keyboard they came from.

use unicode_normalization::UnicodeNormalization;

/// NFKC, lower case, inner white space to one space, trimmed. Two names that fold alike are the same name.
/// Accents are kept: `Rose` and `Rosé` are different tags.
pub fn fold_name(name: &str) -> String {
    let lower: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
