import Picker from "emoji-picker-element/picker.js";
import en from "emoji-picker-element/i18n/en.js";
import fr from "emoji-picker-element/i18n/fr.js";

export const texts = { en, fr };
export { Picker };
