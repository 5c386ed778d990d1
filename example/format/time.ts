import { useEffect, useState } from 'react';
import type { Language } from '../text/language.tsx';

const LOCALES: Record<Language, string> = { id: 'id-ID', en: 'en-GB' };
const ZONE = 'Asia/Jakarta';

/** Formats an instant in Jakarta's time: "22 Nov 2026, 17.36 WIB". */
export function dateTime(iso: string, language: Language): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: ZONE,
  });
  return `${format.format(new Date(iso))} WIB`;
}

/** Formats the time of day of an instant in Jakarta: "17.36 WIB". */
export function clockTime(at: string | number, language: Language): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], { timeStyle: 'short', timeZone: ZONE });
  return `${format.format(new Date(at))} WIB`;
}

const DAY_MS = 86_400_000;

/** Returns the days from today to the day of that instant, by Jakarta's calendar: 0 for today. */
export function daysUntil(iso: string): number {
  const dayNumber = (at: number) => {
    const [year, month, date] = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(at).split('-').map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, date) / DAY_MS;
  };
  return dayNumber(Date.parse(iso)) - dayNumber(Date.now());
}

/** Formats the day of an instant in Jakarta. */
export function dayOf(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeZone: ZONE }).format(new Date(iso));
}

/** Formats a Date of the graph (YYYY-MM-DD), which is a day, not an instant. */
export function day(date: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(date));
}

/** Formats a billing period "2026-11", or several "2026-10/2026-11". Returns any other text unchanged. */
export function billingPeriod(period: string, language: Language): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const months = period.split('/');
  if (!months.every((month) => /^\d{4}-(0[1-9]|1[0-2])$/.test(month))) return period;
  return months.map((month) => format.format(new Date(`${month}-01`))).join(' – ');
}

/** Formats seconds: 1799 → "29:59", 86399 → "23:59:59". */
export function clockFace(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** Returns the whole seconds until then, updated every second; 0 afterwards. */
export function useSecondsUntil(iso: string): number {
  const secondsLeft = () => Math.max(0, Math.ceil((Date.parse(iso) - Date.now()) / 1000));
  const [, setTick] = useState(0);
  const seconds = secondsLeft();
  const isRunning = seconds > 0;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return seconds;
}

export function hasPassed(iso: string): boolean {
  return Date.parse(iso) <= Date.now();
}
