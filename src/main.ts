import { serve } from './app/serve.ts';

void serve();
