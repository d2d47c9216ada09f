// @ts-check
/** Tells the other tabs of this browser what happened here, and hears what happened there. */

/** @typedef {"changed" | "signed-in" | "signed-out"} News */

const channel = new BroadcastChannel("deplo");

/** @param {News} news */
export const tellTabs = (news) => channel.postMessage(news);

/** @param {(news: News) => void} hear */
export const hearTabs = (hear) => {
  channel.onmessage = (event) => hear(event.data);
};
